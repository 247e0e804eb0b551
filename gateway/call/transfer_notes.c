/* What becomes of transfers, for people. */
#include "call/transfer_hub.h"

#include <stdio.h>

#include "call/call_record.h"
#include "call/cause.h"
#include "call/hub.h"

void transfer_note_wish(struct call *call, unsigned by, const char *to, uint32_t with)
{
	call->transfer_note = (struct transfer_note){
		.outcome = TRANSFER_ASKED,
		.by = (uint8_t)by,
		.with = with,
	};
	snprintf(call->transfer_note.to, sizeof(call->transfer_note.to), "%s", to);
}

void transfer_note_outcome(struct call *call, enum transfer_outcome outcome, unsigned cause)
{
	struct transfer_note *note = &call->transfer_note;
	char text[96];

	if (note->outcome != TRANSFER_ASKED)
		return;
	note->outcome = outcome;
	note->cause = (uint8_t)cause;
	if (outcome == TRANSFER_FAILED)
		snprintf(text, sizeof(text), "not put through: cause %u %s", cause,
			 cause_name(cause));
	else
		snprintf(text, sizeof(text), "%s",
			 outcome == TRANSFER_DONE ? "put through"
						  : "not put through: the call ends");
	LOGCALL(call, outcome == TRANSFER_DONE ? LOGL_INFO : LOGL_NOTICE, "%s\n", text);
	call_notify(call, text);
}
