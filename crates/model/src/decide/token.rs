//! Tokens: who may come in is the tenant's own state, so it is in the journal too.
//! The secret is not: only its hash leaves this decision, and that not into a diff.

use serde_json::json;

use crate::decide::batch::{Batch, Halt, TokenReply};
use crate::decide::keys::{Found, Key};
use crate::decide::merge::TokenWrite;
use crate::fault::{Code, Fault};
use crate::id::TokenId;
use crate::journal::{ChangeKind, Position};
use crate::operation::NewToken;

impl Batch<'_> {
    pub(super) fn create_token(&mut self, token: &NewToken) -> Result<TokenReply, Halt> {
        let NewToken { id, name, rights, hash, seed, is_first } = token;
        if *is_first && self.state.last_position > Position(0) {
            return Err(Fault::new(Code::AlreadyExists, "the tenant has its first token").into());
        }
        self.state.access_version += 1;
        let diff = json!({ "id": id, "name": name, "rights": rights.to_json() }).to_string();
        self.record_change(ChangeKind::TokenCreated, None, self.state.access_version, diff);
        self.live_tokens.set(*id, true);
        let (id, name, at) = (*id, name.clone(), self.at());
        self.tokens.push(TokenWrite::Create { id, name, rights: *rights, hash: *hash, at });
        Ok(TokenReply { id, created_at: self.at(), seed: seed.clone() })
    }

    pub(super) fn revoke_token(&mut self, id: TokenId) -> Result<(), Halt> {
        let exists = match self.live_tokens.get(&id) {
            Some(exists) => *exists,
            None => *self.ask(Key::Token(id))? == Found::Exists(true),
        };
        if !exists {
            return Err(Fault::new(Code::NotFound, format!("no token `{id}`")).into());
        }
        self.state.access_version += 1;
        let diff = json!({ "id": id }).to_string();
        self.record_change(ChangeKind::TokenRevoked, None, self.state.access_version, diff);
        self.live_tokens.set(id, false);
        self.tokens.push(TokenWrite::Revoke { id, at: self.at() });
        Ok(())
    }
}
