/* The time line is read once, and what tells is kept: the steps of the way, what the called side said last, and whether it
 * said anything at all. What the end means is looked up from what is said most exactly to what is said most broadly. */
#include "call/why.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/call.h"
#include "call/cause.h"
#include "call/timeline.h"
#include "call/why_advice.h"

enum { US_PER_MS = 1000, MS_PER_S = 1000, PARTY_MAX = 48 };

struct facts {
	struct why *out;
	const struct call_status *call;
	char asked[PARTY_MAX]; /* who was sent an INVITE or SETUP last */
	unsigned asked_times;
	bool heard;                   /* from there since */
	int status;                   /* the last final response but 2xx that came; 0: none */
	char last[TIMELINE_TEXT_MAX]; /* the clearing message that came from the called side */
	char clearing[PARTY_MAX];     /* from whom */
	char deaf[PARTY_MAX];         /* RTP was sent there, and none came */
};

static void step(struct why *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void step(struct why *out, const char *format, ...)
{
	va_list args;

	if (out->n_steps == WHY_STEPS)
		return;
	va_start(args, format);
	vsnprintf(out->steps[out->n_steps++], WHY_TEXT_MAX, format, args);
	va_end(args);
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* What the time line tells */

static void hear_message(struct facts *facts, const struct timeline_entry *entry)
{
	int status = atoi(entry->text);

	if (!strcmp(entry->party, facts->asked))
		facts->heard = true;
	if (entry->slot == 0) /* the caller's own end is told by the call */
		return;
	if (entry->kind == TIMELINE_SIP && status >= 300 && !strstr(entry->text, " to "))
		facts->status = status;
	else if (entry->kind != TIMELINE_ISDN ||
		 (!begins(entry->text, "DISCONNECT") && !begins(entry->text, "RELEASE")))
		return;
	if (*facts->last && entry->kind == TIMELINE_ISDN)
		return; /* the first of them says why */
	snprintf(facts->last, sizeof(facts->last), "%s", entry->text);
	snprintf(facts->clearing, sizeof(facts->clearing), "%s", entry->party);
}

static void note_sent(struct facts *facts, const struct timeline_entry *entry)
{
	if (!begins(entry->text, "INVITE ") && !begins(entry->text, "SETUP"))
		return;
	if (strcmp(entry->party, facts->asked) != 0) {
		facts->asked_times = 0;
		facts->heard = false;
	}
	facts->asked_times++;
	snprintf(facts->asked, sizeof(facts->asked), "%s", entry->party);
}

static void note_step(struct facts *facts, const struct timeline_entry *entry)
{
	struct why *out = facts->out;

	if (begins(entry->text, "route "))
		step(out, "It took %s.", entry->text);
	else if (begins(entry->text, "to "))
		step(out, "It was sent %s.", entry->text);
	else if (begins(entry->text, "look-up "))
		step(out, "It asked %s.", entry->text);
	else if (begins(entry->text, "refused "))
		step(out, "It was %s.", entry->text);
	else if (strchr(entry->text, ':'))
		step(out, "It could not go there: %s.", entry->text);
}

static void note_sound(struct facts *facts, const struct timeline_entry *entry)
{
	unsigned long long sent, received;

	if (sscanf(entry->text, "RTP sent %llu, received %llu,", &sent, &received) == 2 && sent &&
	    !received)
		snprintf(facts->deaf, sizeof(facts->deaf), "%s", entry->party);
}

static bool read_entry(void *data, const struct timeline_entry *entry)
{
	struct facts *facts = data;

	if (entry->kind == TIMELINE_CALL && entry->slot == TIMELINE_GATEWAY)
		note_step(facts, entry);
	else if (entry->kind == TIMELINE_MEDIA)
		note_sound(facts, entry);
	else if (entry->way == TIMELINE_IN)
		hear_message(facts, entry);
	else if (entry->way == TIMELINE_OUT)
		note_sent(facts, entry);
	return true;
}

/* What the call tells */

static void tell_beginning(struct facts *facts)
{
	const struct call_status *call = facts->call;

	step(facts->out, "%s called %s, from %s %s%s%s.",
	     *call->calling ? call->calling : "Somebody without a number",
	     *call->called ? call->called : "no number", target_kind_name(call->leg[0].kind),
	     call->leg[0].via, call->leg[0].channel[0] ? " on " : "", call->leg[0].channel);
	if (call->precedence == LEG_EMERGENCY)
		step(facts->out, "It is an emergency call.");
}

static void tell_time(struct facts *facts, const char *format, uint64_t from_us, uint64_t to_us)
{
	char text[32];
	uint64_t ms = (to_us - from_us) / US_PER_MS;

	if (!from_us || !to_us)
		return;
	snprintf(text, sizeof(text), "%" PRIu64 ".%" PRIu64 " s", ms / MS_PER_S,
		 ms % MS_PER_S / 100);
	step(facts->out, "%s %s.", format, text);
}

static void tell_end(struct facts *facts)
{
	static const char *const who[] = {
		[CALL_ENDED_BY_NOBODY] = "nobody",
		[CALL_ENDED_BY_GATEWAY] = "the gateway",
		[CALL_ENDED_BY_CALLER] = "the caller",
		[CALL_ENDED_BY_CALLED] = "the called side",
	};
	const struct call_status *call = facts->call;

	if (!facts->heard && *facts->asked)
		step(facts->out, "From %s nothing came, though it was asked %u times.",
		     facts->asked, facts->asked_times);
	if (*facts->last && call->ended_by != CALL_ENDED_BY_CALLER)
		step(facts->out, "%s said: %s.", facts->clearing, facts->last);
	if (*facts->deaf)
		step(facts->out, "No sound came from %s, though some was sent there.", facts->deaf);
	if (call->cause)
		step(facts->out, "It was ended by %s, with cause %u %s (%s).", who[call->ended_by],
		     call->cause, cause_name(call->cause), cause_location_name(call->location));
	else
		step(facts->out, "It is up: %s.", call->state);
}

static const struct why_advice *advice_of(const struct facts *facts)
{
	const struct call_status *call = facts->call;
	const struct why_advice *found = NULL;

	if (!call->cause)
		return NULL;
	if (*facts->deaf && call->answer_us)
		return &why_deaf;
	if (!call->answer_us && !facts->heard && *facts->asked && facts->asked_times > 1 &&
	    call->ended_by != CALL_ENDED_BY_CALLER)
		return &why_silence;
	if (!call->answer_us && call->ended_by == CALL_ENDED_BY_CALLED && facts->status)
		found = why_advice_of_status(facts->status);
	if (!found && call->ended_by == CALL_ENDED_BY_GATEWAY)
		found = why_advice_of_words(call->why);
	return found ? found : why_advice_of_cause(call->cause, call->answer_us);
}

bool call_why(const struct call_hub *hub, uint32_t id, struct why *out)
{
	struct call_status call;
	struct facts facts = { .out = out, .call = &call };
	const struct why_advice *advice;

	*out = (struct why){ 0 };
	if (!call_get_recent(hub, id, &call))
		return false;
	tell_beginning(&facts);
	timeline_each(call_timelines(hub), id, read_entry, &facts, NULL);
	tell_time(&facts, "It rang after", call.setup_us, call.alert_us);
	tell_time(&facts, "It was answered after", call.setup_us, call.answer_us);
	if (call.cause)
		tell_time(&facts, "They were connected for", call.answer_us, call.ended_us);
	tell_end(&facts);
	advice = advice_of(&facts);
	if (advice) {
		snprintf(out->meaning, sizeof(out->meaning), "%s", advice->meaning);
		snprintf(out->advice, sizeof(out->advice), "%s", advice->advice);
	}
	return true;
}
