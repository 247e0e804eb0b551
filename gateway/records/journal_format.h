/* What a record of the journal begins and ends with. */
#pragma once

/* A record begins with JOURNAL_HEAD and its id, unique for ever, and ends with one of the tails; at the next
 * start of the gateway a call that was open is recorded as interrupted. */
#define JOURNAL_HEAD "{\"id\":\""
#define JOURNAL_OPEN "\"end\":\"open\"}"
#define JOURNAL_INTERIM "\"end\":\"interim\"}"
#define JOURNAL_INTERRUPTED "\"end\":\"interrupted\"}"
#define JOURNAL_RELEASED "\"end\":\"released\"}"
