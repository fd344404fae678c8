({
    // At once, not after a call: parameters that come later may arrive empty.
    passRecord: function (component) {
        component.set("v.canvasParameters", JSON.stringify({ recordId: component.get("v.recordId") }));
    }
});
