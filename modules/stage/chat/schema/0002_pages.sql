-- A replay reads lines at the time at which they were said.
create index messages_at on stage_chat.messages (show_id, at_ms, id) where removed_at_ms is null;
