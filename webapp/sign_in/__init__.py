"""Ways to sign in other than a password: single sign-on by OpenID Connect."""
