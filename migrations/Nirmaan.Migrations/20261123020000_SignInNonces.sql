-- What a browser was given to sign in with a wallet: gone when it is used.
CREATE TABLE sign_in_nonces (
    nonce text NOT NULL, browser text NOT NULL, expires_at timestamptz NOT NULL,
    CONSTRAINT pk_sign_in_nonces PRIMARY KEY (nonce)
);
CREATE INDEX ix_sign_in_nonces_expires_at ON sign_in_nonces (expires_at);
