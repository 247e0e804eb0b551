/* What there is to know about each kind of alarm. README's table says the same; a test compares them. */
#include "base/alarm.h"

/* clang-format off */
static const struct alarm_info kinds[ALARM_KINDS] = {
	[ALARM_SPAN_ABSENT] = { "span-absent", ALARM_CRITICAL, ALARM_OF_SPAN,
		"The card of this span is not there: not plugged in, its driver not loaded, or taken out.",
		"See `crosspoint --detect` and the kernel's log; load the driver or put the card back. The span "
		"comes up by itself." },
	[ALARM_SPAN_RED] = { "span-red", ALARM_CRITICAL, ALARM_OF_SPAN,
		"No signal, or no framing, arrives from the line.",
		"Check the cable, that receive and transmit are not swapped, and that framing and coding are "
		"those of the far end." },
	[ALARM_SPAN_YELLOW] = { "span-yellow", ALARM_CRITICAL, ALARM_OF_SPAN,
		"The far end does not understand what we send (remote alarm indication).",
		"Check our transmit pair, and that framing, CRC-4 and coding are those of the far end." },
	[ALARM_SPAN_BLUE] = { "span-blue", ALARM_CRITICAL, ALARM_OF_SPAN,
		"The far end, or equipment on the way, sends all ones (AIS): it has lost its own signal.",
		"Nothing is wrong here: ask the operator of the line." },
	[ALARM_SPAN_LOOPBACK] = { "span-loopback", ALARM_CRITICAL, ALARM_OF_SPAN,
		"The span is looped, by a test here or by the far end: it carries no calls meanwhile.",
		"`test span NAME loopback off` ends our own; ask the operator of the line about theirs." },
	[ALARM_SPAN_ERRORS] = { "span-errors", ALARM_MINOR, ALARM_OF_SPAN,
		"The line works, with more bit errors or slips than G.826 lets it have.",
		"See `show span NAME performance`. Slips: check which end gives the clock. Errors: check the "
		"cable, connectors and earth." },
	[ALARM_CLOCK_FALLBACK] = { "clock-fallback", ALARM_MINOR, ALARM_OF_SPAN,
		"The clock does not come from this span, as configured, but from another or from the card itself.",
		"Bring the span named as clock back up; calls go on, with slips." },
	[ALARM_D_CHANNEL_DOWN] = { "d-channel-down", ALARM_CRITICAL, ALARM_OF_TRUNK,
		"Nobody answers on the D channel: the trunk carries no calls.",
		"Check that the far end is up, that one end is the network and the other the user side, and the "
		"timeslot; `debug isdn q921 TRUNK` shows what is said." },
	[ALARM_D_CHANNEL_BACKUP] = { "d-channel-backup", ALARM_MINOR, ALARM_OF_TRUNK,
		"The trunk (NFAS) runs on its backup D channel; the next failure would take it down.",
		"Repair the span of the primary D channel." },
	[ALARM_TRUNK_LOCKED] = { "trunk-locked", ALARM_WARNING, ALARM_OF_TRUNK,
		"Somebody has taken the trunk out of service.", "`unlock trunk NAME` brings it back." },
	[ALARM_TRUNK_BUSY_OUT] = { "trunk-busy-out", ALARM_MAJOR, ALARM_OF_TRUNK,
		"No peer is alive for calls of this trunk, so it is kept busy (`busy-out`).",
		"See `show peers`: bring one of the peers back." },
	[ALARM_TRUNK_BUSY] = { "trunk-busy", ALARM_MAJOR, ALARM_OF_TRUNK,
		"All channels of the trunk have been busy for as long as its `busy-alarm` says: calls are refused or go elsewhere.",
		"See `show calls` and `show channels`: unlock or repair channels that are out of service, add channels, or "
		"give its routes another target." },
	[ALARM_GROUP_DOWN] = { "trunk-group-down", ALARM_CRITICAL, ALARM_OF_TRUNK_GROUP,
		"No trunk of the group takes calls: all are down, locked or kept busy.",
		"`show trunk-groups` tells what each trunk lacks; see the alarms of these trunks and their spans." },
	[ALARM_GROUP_BUSY] = { "trunk-group-busy", ALARM_MAJOR, ALARM_OF_TRUNK_GROUP,
		"All trunks of the group have been busy for as long as its `busy-alarm` says: calls are refused or go elsewhere.",
		"See `show calls` and `show trunk-groups`: unlock or repair trunks that are out of service, add channels, or give its "
		"routes another target." },
	[ALARM_CHANNEL_FAULTY] = { "channel-faulty", ALARM_MINOR, ALARM_OF_CHANNEL,
		"The far end does not answer RESTART for this channel; it is not used.",
		"Ask the far end's operator to reset the channel; then `lock channel NAME no-graceful` and `unlock channel "
		"NAME`." },
	[ALARM_CHANNELS_STUCK] = { "channels-stuck", ALARM_WARNING, ALARM_OF_TRUNK,
		"The auditor found channels that were in use for no call, and freed them.",
		"Nothing at once. If it comes again, send the log of that time to the makers." },
	[ALARM_PEER_DOWN] = { "peer-down", ALARM_MAJOR, ALARM_OF_PEER,
		"The SIP peer does not answer OPTIONS at any of its places (`show peers`), or answers 503.",
		"Check that it is up, its address and port, and firewalls on the way." },
	[ALARM_REGISTRATION] = { "registration-failed", ALARM_MAJOR, ALARM_OF_PEER,
		"We cannot register with this peer, so it sends us no calls.",
		"See `show registrations` for its answer: check user and password (`auth`), `register`, and that the "
		"peer is up. It is tried again by itself." },
	[ALARM_LOCATIONS] = { "locations", ALARM_MINOR, ALARM_OF_GATEWAY,
		"Where phones are registered cannot be kept over a restart, or the file was damaged and is set aside.",
		"Make room on the disk, or give the gateway's user the right to write the state directory. Phones "
		"register again by themselves." },
	[ALARM_RECORDS] = { "records", ALARM_MAJOR, ALARM_OF_GATEWAY,
		"Call records cannot be written; they are kept in memory as long as there is room.",
		"Make room on the disk, or give the gateway's user the right to write the file; it is tried "
		"again by itself." },
	[ALARM_RECORDS_STORE] = { "records-store", ALARM_MINOR, ALARM_OF_GATEWAY,
		"A store of call records (the object names it) takes none, or not fast enough. They stay in the journal, and "
		"are stored once it does.",
		"See the alarm's text and `show records`: make room on its disk, or bring the database back." },
	[ALARM_RECORDS_UNREAD] = { "records-unread", ALARM_MAJOR, ALARM_OF_GATEWAY,
		"A store was away for so long that files of the journal which it had not read were taken away for want of room.",
		"Bring the store back, and give the journal more room (`records` / `keep megabytes`)." },
	[ALARM_RECORDS_LEFT] = { "records-left", ALARM_MINOR, ALARM_OF_GATEWAY,
		"Another file of call records was named, and a store does not take what the one before (the object) still has. "
		"It is stored by itself once the store works, as long as the gateway runs; one of before the start is not.",
		"Bring the store back (the text says which, and why it fails) before the gateway ends. After that, or if it is to go "
		"elsewhere: `records` / `file` with the old name, until its records are stored. Who does not want them takes its "
		"files away." },
	[ALARM_EMERGENCY_CALL] = { "emergency-call", ALARM_WARNING, ALARM_OF_GATEWAY,
		"Somebody is calling an emergency number.",
		"Find out who needs help, and where: `show emergency`." },
	[ALARM_MEDIA_LATE] = { "media-late", ALARM_MAJOR, ALARM_OF_GATEWAY,
		"The thread that moves sound comes late: callers hear gaps.",
		"See `show media`. Take other work off this machine, let the gateway run with real-time priority, "
		"or spread its trunks over two machines." },
	[ALARM_CERTIFICATE] = { "certificate", ALARM_MAJOR, ALARM_OF_GATEWAY,
		"A file of TLS (certificate, key or CAs) cannot be used; what it held before stays in force.",
		"Put a PEM certificate with its chain, and its key without a password, where the gateway's user can read "
		"them; they are read again by themselves, or at once by `sip reload certificates`." },
	[ALARM_CERTIFICATE_EXPIRES] = { "certificate-expires", ALARM_MAJOR, ALARM_OF_GATEWAY,
		"A certificate of ours has expired, or will within 14 days: others refuse TLS with us then.",
		"Renew it; the new file is read by itself." },
	[ALARM_SOURCES_BANNED] = { "sources-banned", ALARM_WARNING, ALARM_OF_GATEWAY,
		"Somebody failed too often to say who he is over SIP; what comes from there is not heard for a while.",
		"See `show bans`. If it is one of yours, mend its password and `unban ADDRESS`; else nothing." },
	[ALARM_OVERLOAD] = { "overload", ALARM_MAJOR, ALARM_OF_GATEWAY,
		"More SIP calls come than the gateway can carry; new ones are refused with 503, calls that are up go on.",
		"See `show guard` and `show peers`: find who sends so many and limit it there (`limit calls-per-second`)." },
	[ALARM_DRAINING] = { "draining", ALARM_WARNING, ALARM_OF_GATEWAY,
		"The gateway takes no new calls but emergency calls, and ends when the last call is over.",
		"Nothing, if you are about to stop or upgrade it; `drain cancel` takes calls again." },
	[ALARM_FRAUD_NEAR] = { "fraud-near", ALARM_WARNING, ALARM_OF_GATEWAY,
		"Calls use most of what a fraud rule allows.",
		"See `show fraud`. If these calls are wanted, raise the rule's figures; else find who places them." },
	[ALARM_FRAUD_BLOCKED] = { "fraud-blocked", ALARM_MAJOR, ALARM_OF_GATEWAY,
		"Calls went beyond what a fraud rule allows; those of the rule are refused.",
		"See `show fraud` for who placed them. `unblock RULE` lets calls through again." },
	[ALARM_WEBHOOK] = { "webhook-failing", ALARM_MINOR, ALARM_OF_GATEWAY,
		"A web server (the object names the webhook) does not take what it is told of alarms. It waits, and is sent again "
		"by itself; what is told too often in vain, or finds no room, is dropped.",
		"See `show webhooks` for its answer: check `url`, `token` and `signature`, and that the server is up." },
	[ALARM_RETURN_FAILED] = { "return-failed", ALARM_MAJOR, ALARM_OF_GATEWAY,
		"Nobody confirmed a commit in time, but the configuration before it cannot run again; what was committed still "
		"runs. It is tried again every minute.",
		"The text has the fault (a port that another program took, say): mend it; or `commit` what runs to confirm it, or "
		"another configuration." },
};
/* clang-format on */

const struct alarm_info *alarm_info(enum alarm_kind kind)
{
	return &kinds[kind];
}

const char *alarm_severity_name(enum alarm_severity severity)
{
	static const char *const names[] = {
		[ALARM_WARNING] = "warning",
		[ALARM_MINOR] = "minor",
		[ALARM_MAJOR] = "major",
		[ALARM_CRITICAL] = "critical",
	};

	return names[severity];
}

const char *alarm_class_name(enum alarm_class of)
{
	static const char *const names[] = {
		[ALARM_OF_SPAN] = "span",
		[ALARM_OF_TRUNK] = "trunk",
		[ALARM_OF_TRUNK_GROUP] = "trunk-group",
		[ALARM_OF_CHANNEL] = "channel",
		[ALARM_OF_PEER] = "peer",
		[ALARM_OF_GATEWAY] = "gateway",
	};

	return names[of];
}
