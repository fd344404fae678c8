// What the page's scene says that Salesforce would answer; a wire adapter gives it as soon as it is asked.
const scene = () => window.scene ?? {};

export const adapterOf = (answer) =>
    class {
        constructor(give) {
            this.give = give;
            give({ data: undefined, error: undefined, errors: undefined });
        }

        connect() {
            this.connected = true;
            this.tell();
        }

        update(config) {
            this.config = config;
            this.tell();
        }

        disconnect() {
            this.connected = false;
        }

        tell() {
            const said = this.connected && this.config ? answer(scene(), this.config) : undefined;
            if (said) {
                this.give({ data: undefined, error: undefined, errors: undefined, ...said });
            }
        }
    };
