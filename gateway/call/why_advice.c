/* RFC 3261 21, Q.850 2.2.7, and what people find when they look. */
#include "call/why_advice.h"

#include <stddef.h>
#include <string.h>

#include "call/cause.h"

const struct why_advice why_silence = {
	"The other side never answered: what was sent got no word in return.",
	"Is the address right, is the other side up, does a firewall drop it? `show peers` and "
	"`show trunks` say whether it was "
	"heard at all.",
};

const struct why_advice why_deaf = {
	"No sound came from the peer, though sound was sent there: one side heard nothing.",
	"A firewall or address translation between the two is the usual reason: does the RTP line "
	"of `show call N timeline` "
	"name an address that is reached from there? `media` / `address` and `ports` must be "
	"reached from there.",
};

struct by_words {
	const char *words;
	struct why_advice advice;
};

static const struct by_words by_words[] = {
	{ "before it was a call, 403",
	  { "The caller may not call that number, or not in that way.",
	    "`number deny`, `number allow` and `tls required` of the peer or user say what it "
	    "may; `show guard` counts." } },
	{ "before it was a call, 503",
	  { "A limit on calls or requests was reached, or the gateway is overloaded.",
	    "`show guard` says which; `limit calls` and `limit calls-per-second` of the peer or "
	    "user set its "
	    "own." } },
	{ "before it was a call, 482",
	  { "The call came back to where it had been: it runs in a circle.",
	    "Which route sends it to a peer that sends it here again? `route test` shows ours." } },
	{ "before it was a call, 483",
	  { "The call came over too many proxies: it runs in a circle, most likely.",
	    "Which route sends it to a peer that sends it here again? `route test` shows ours." } },
	{ "before it was a call, 484",
	  { "There was no number in it that could be called, or too little of one.",
	    "What does the caller put before the @ of its INVITE? `export call` and `show call N "
	    "timeline` show it." } },
	{ "before it was a call, 488",
	  { "What was offered for sound fits nothing that the peer is configured to.",
	    "`codecs` and `srtp` of the peer, against the SDP of the INVITE (`export call`)." } },
	{ "before it was a call, 4",
	  { "The INVITE was not as it has to be, or asked for what there is not.",
	    "`export call` shows it; the status's phrase says what was missed." } },
	{ "no free channel",
	  { "Every channel of the trunk was in use or out of service.",
	    "`show channels` says which; more channels, or another trunk as next target of the "
	    "route, carry more calls." } },
	{ "span alarm",
	  { "The trunk's line had an alarm, so nothing can be sent there.",
	    "`show alarms` and `show spans`: cable, framing, far end." } },
	{ "D channel",
	  { "The trunk's D channel was down, so nothing can be signalled there.",
	    "`show alarms` and `show trunks` (L1, L2): cable, far end, framing; is one side "
	    "`user`, the other `network`?" } },
	{ "does not answer OPTIONS",
	  { "The peer is taken to be down: it answers no OPTIONS.",
	    "`show peers`; if it is up but takes no OPTIONS, `no options` of the peer." } },
	{ "leads nowhere",
	  { "The peer's name could not be resolved.",
	    "Is the name right, does the DNS server answer? See the log." } },
	{ "srtp is required",
	  { "The peer is to be called with encrypted sound, which is not there yet.",
	    "Let the peer do without." } },
	{ "fraud rule",
	  { "A rule against toll fraud refused the call.",
	    "`show fraud` says how much was used; `unblock NAME` lets calls through again." } },
	{ "as many calls as it may have",
	  { "A limit on calls was reached.",
	    "`limit calls` of the peer or user sets it; `show guard` counts." } },
	{ "as its limit lets",
	  { "A limit on calls of the trunk was reached.", "`limit calls` of the trunk sets it." } },
	{ "are reserved",
	  { "The trunk's free channels are kept for other calls.",
	    "`reserve` of the trunk sets how many." } },
	{ "no route from",
	  { "No route takes that number from there.",
	    "`test route` tells how the number would go; a route needs `from` and `called` that "
	    "fit." } },
	{ "no trunk",
	  { "The caller asked for a trunk that the route does not have.",
	    "Compare the route's targets with the trunk group asked for." } },
	{ "malformed number",
	  { "What was dialled is no number.",
	    "Look at the request's number in the time line; `number-format` of the peer says how "
	    "numbers are written." } },
	{ "grows too long",
	  { "The route makes the number longer than 32 digits.",
	    "Look at the route's `prepend`." } },
	{ "does not exist",
	  { "The route names a target that is not configured.",
	    "`show trunks`, `show peers`: compare the names." } },
	{ "the gateway is stopping",
	  { "The gateway was being stopped.", "Nothing: it takes calls again when it is back." } },
	{ "out of memory",
	  { "The gateway had no memory left.", "Look at the machine: `show version`, the log." } },
};

struct by_number {
	unsigned number;
	struct why_advice advice;
};

static const struct by_number by_status[] = {
	{ 400,
	  { "The peer could not read our request.",
	    "Its log should say what it dislikes; the message is in the time line." } },
	{ 401,
	  { "The peer wants a user name and password, and got none or wrong ones.",
	    "`auth user` of the peer." } },
	{ 403,
	  { "The peer forbids this call: it does not know us, or the caller may not call that "
	    "number.",
	    "Does it know our address, does it want registration (`show registrations`), is the "
	    "calling number one it allows?" } },
	{ 404,
	  { "The peer knows no such number.", "Is the number sent as the peer wants it (prefix, +, "
					      "national)? The route's rules change it." } },
	{ 407,
	  { "The peer wants a user name and password, and got none or wrong ones.",
	    "`auth user` of the peer." } },
	{ 408,
	  { "The peer, or somebody behind it, got no answer in time.",
	    "Look further on that way." } },
	{ 480,
	  { "Whoever was called is not there: not registered, or not to be disturbed.",
	    "At the peer: is the telephone registered?" } },
	{ 484,
	  { "The number is too short for the peer.",
	    "Is the number dialled in parts? `overlap` of the peer and the trunk." } },
	{ 486, { "Whoever was called is busy.", "Nothing is wrong." } },
	{ 488,
	  { "The peer can do nothing with the sound offered: no codec in common, or encryption "
	    "wanted by one side alone.",
	    "Compare `codecs` of the peer with what it allows; the SDP is in the call's "
	    "messages." } },
	{ 500, { "The peer has a fault of its own.", "Look at the peer's log." } },
	{ 503,
	  { "The peer is overloaded, or has no line free.",
	    "Look at the peer; another target of the route takes calls meanwhile." } },
	{ 600, { "Whoever was called is busy everywhere.", "Nothing is wrong." } },
	{ 603, { "Whoever was called declined.", "Nothing is wrong." } },
};

static const struct by_number by_cause[] = {
	{ CAUSE_UNALLOCATED,
	  { "The number is not in use.", "Is it dialled right, and sent on as the other side wants "
					 "it (prefix, type of number)?" } },
	{ CAUSE_NO_ROUTE,
	  { "There is no way to that number.",
	    "`test route` tells how it would go here; else ask whom the cause came from." } },
	{ CAUSE_CHANNEL_UNACCEPTABLE,
	  { "The two sides do not agree on a channel.",
	    "`channels` and `hunt` of both sides must fit." } },
	{ CAUSE_PREEMPTION,
	  { "An emergency call needed the channel.",
	    "Nothing is wrong; more channels avoid it." } },
	{ CAUSE_USER_BUSY, { "Whoever was called is busy.", "Nothing is wrong." } },
	{ CAUSE_NO_USER_RESPONSE,
	  { "Nobody there responds: the telephone or exchange is off or not connected.",
	    "Is the called line connected and registered?" } },
	{ CAUSE_NO_ANSWER,
	  { "It rang, and nobody answered.", "Nothing is wrong; a timer ended it." } },
	{ CAUSE_SUBSCRIBER_ABSENT,
	  { "The subscriber is not reachable.", "Nothing to be done here." } },
	{ CAUSE_REJECTED,
	  { "The call was rejected.",
	    "Who rejected it, and may the caller call that number there?" } },
	{ CAUSE_NUMBER_CHANGED, { "The number has changed.", "Dial the new one." } },
	{ CAUSE_EXCHANGE_ROUTING,
	  { "The call ran in a circle, or further than it may.",
	    "Look for routes that send it back where it came from." } },
	{ CAUSE_DESTINATION_OUT_OF_ORDER,
	  { "The destination is out of order.", "`show trunks`, `show peers`, `show alarms`." } },
	{ CAUSE_INVALID_NUMBER,
	  { "The number is incomplete or malformed.",
	    "Too few digits, or a type of number that is not taken there." } },
	{ CAUSE_FACILITY_REJECTED,
	  { "A service that was asked for is not given.", "Look at what the SETUP asks for." } },
	{ CAUSE_NO_CIRCUIT,
	  { "No channel was free.",
	    "`show channels`; if it came from the network, it is full there." } },
	{ CAUSE_NETWORK_OUT_OF_ORDER,
	  { "The network is out of order.", "`show alarms`; ask the operator." } },
	{ CAUSE_TEMPORARY_FAILURE,
	  { "Something failed for now: a line, a link, a restart.",
	    "`show alarms`, `show changes`, the log at that time." } },
	{ CAUSE_CONGESTION,
	  { "An exchange on the way is overloaded.",
	    "Try later; another target of the route helps." } },
	{ CAUSE_CHANNEL_NOT_AVAILABLE,
	  { "The channel asked for was taken.",
	    "Both sides chose the same one: let them `hunt` from opposite ends." } },
	{ CAUSE_RESOURCE_UNAVAILABLE,
	  { "Something ran out: RTP ports, memory, a queue.",
	    "`show media`; the log at that time." } },
	{ 57,
	  { "The line may not carry this kind of call.",
	    "Bearer capability and subscription: ask the operator." } },
	{ CAUSE_BEARER_NOT_AVAILABLE,
	  { "This kind of call cannot be carried now.",
	    "Look at the bearer capability asked for." } },
	{ CAUSE_BEARER_NOT_IMPLEMENTED,
	  { "This kind of call cannot be carried: no codec or bearer in common.",
	    "Compare `codecs` of the peer with the other side's, and the bearer of the SETUP." } },
	{ CAUSE_INCOMPATIBLE,
	  { "The two ends do not fit together: one is no telephone, perhaps.",
	    "Look at bearer and low layer compatibility in the SETUP." } },
	{ CAUSE_RECOVERY_ON_TIMER,
	  { "An answer did not come in time.",
	    "Who was silent? The last message sent in the time line has no answer." } },
	{ CAUSE_PROTOCOL_ERROR,
	  { "The other side found a fault in the protocol.",
	    "Look at its messages, and compare `variant` of both sides." } },
};

static const struct why_advice hung_up = { "Somebody hung up: a call that ended as calls do.", "" };
static const struct why_advice given_up = { "The caller hung up before there was an answer.",
					    "Nothing is wrong, unless it never rang." };

const struct why_advice *why_advice_of_words(const char *why)
{
	for (size_t i = 0; i < sizeof(by_words) / sizeof(by_words[0]); i++) {
		if (strstr(why, by_words[i].words))
			return &by_words[i].advice;
	}
	return NULL;
}

static const struct why_advice *find(const struct by_number *rows, size_t n, unsigned number)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].number == number)
			return &rows[i].advice;
	}
	return NULL;
}

const struct why_advice *why_advice_of_status(int status)
{
	return find(by_status, sizeof(by_status) / sizeof(by_status[0]), (unsigned)status);
}

const struct why_advice *why_advice_of_cause(unsigned cause, bool answered)
{
	if (cause == CAUSE_NORMAL || cause == CAUSE_NORMAL_UNSPECIFIED)
		return answered ? &hung_up : &given_up;
	return find(by_cause, sizeof(by_cause) / sizeof(by_cause[0]), cause);
}
