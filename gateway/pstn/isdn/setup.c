/* Q.931 3.1.14, 4.5.5 (bearer capability). What comes from the line may be anything: a number that is none refuses
 * the call or is dropped. */
#include "pstn/isdn/setup.h"

#include <string.h>

#include "call/cause.h"
#include "pstn/isdn/numbers.h"
#include "pstn/isdn/parties.h"

enum { MESSAGE_MAX = 260 }; /* N201, Q.921 5.9.3 */

/* Hearing */

static bool hear_bearer(int ctype, struct leg_setup *setup)
{
	switch (ctype) {
	case PRI_TRANS_CAP_SPEECH:
		setup->bearer = LEG_SPEECH;
		return true;
	case PRI_TRANS_CAP_3_1K_AUDIO:
		setup->bearer = LEG_AUDIO_3K1;
		return true;
	case PRI_TRANS_CAP_DIGITAL:
		setup->bearer = LEG_UNRESTRICTED;
		return true;
	default:
		return false;
	}
}

static void hear_redirecting(const struct pri_subcommands *subcmds, struct leg_redirecting *out)
{
	for (int i = 0; subcmds && i < subcmds->counter_subcmd; i++) {
		if (subcmds->subcmd[i].cmd == PRI_SUBCMD_REDIRECTING)
			parties_hear_redirecting(&subcmds->subcmd[i].u.redirecting, out);
	}
}

unsigned setup_of_ring(const pri_event_ring *ring, struct leg_setup *setup)
{
	const int not_isdn = PRI_PROG_CALL_NOT_E2E_ISDN | PRI_PROG_CALLER_NOT_ISDN;
	struct leg_party calling;

	*setup = (struct leg_setup){ 0 };
	if (!hear_bearer(ring->ctype, setup))
		return CAUSE_BEARER_NOT_IMPLEMENTED;
	numbers_set_plan(&setup->called, ring->calledplan);
	if (!numbers_copy_digits(setup->called.digits, ring->callednum) ||
	    !numbers_copy_digits(setup->keypad, ring->keypad_digits))
		return CAUSE_INVALID_NUMBER;
	parties_hear(&ring->calling, &calling);
	setup->calling = calling.number;
	memcpy(setup->calling_name, calling.name, sizeof(setup->calling_name));
	setup->calling_subaddress = calling.subaddress;
	parties_hear_subaddress(&ring->called_subaddress, &setup->called_subaddress);
	hear_redirecting(ring->subcmds, &setup->redirecting);
	setup->all_isdn = !(ring->progressmask & not_isdn);
	return 0;
}

/* Saying */

static void say_bearer(struct pri_sr *sr, enum leg_bearer bearer, enum law law)
{
	int layer1 = law == LAW_ALAW ? PRI_LAYER_1_ALAW : PRI_LAYER_1_ULAW;

	if (bearer == LEG_UNRESTRICTED)
		pri_sr_set_bearer(sr, PRI_TRANS_CAP_DIGITAL, -1);
	else
		pri_sr_set_bearer(
			sr, bearer == LEG_SPEECH ? PRI_TRANS_CAP_SPEECH : PRI_TRANS_CAP_3_1K_AUDIO,
			layer1);
}

static void say_calling(struct pri_sr *sr, const struct leg_setup *setup, int switch_type)
{
	struct leg_party calling = {
		.number = setup->calling,
		.subaddress = setup->calling_subaddress,
	};
	struct pri_party_id id;

	memcpy(calling.name, setup->calling_name, sizeof(calling.name));
	parties_say(&calling, switch_type, &id);
	pri_sr_set_caller_party(sr, &id);
}

static void say_redirecting(struct pri_sr *sr, const struct leg_redirecting *from, int switch_type)
{
	struct pri_party_redirecting redirecting;

	if (parties_say_redirecting(from, switch_type, &redirecting))
		pri_sr_set_redirecting_parties(sr, &redirecting);
}

/* Keypad facility goes from user to network alone (Q.931 3.1.14), and QSIG has none (ECMA-143 14). */
static bool has_keys(const struct leg_setup *setup, const struct setup_line *line)
{
	return *setup->keypad && !line->network && line->switch_type != PRI_SWITCH_QSIG;
}

/* The number, the keys, or the beginning of a number (Q.931 5.1.1, 5.1.3). libpri takes char *, and
 * copies, but for the keys. */
static bool say_called(struct pri_sr *sr, const struct leg_setup *setup, const char *keys)
{
	const char *digits = setup->called.digits;
	struct pri_party_subaddress subaddress;

	if (!numbers_is_sendable(digits) && (*digits || (!keys && !setup->incomplete)))
		return false;
	pri_sr_set_called(sr, *digits || !keys ? (char *)digits : NULL,
			  numbers_plan(&setup->called), !setup->incomplete);
	if (keys)
		pri_sr_set_keypad_digits(sr, keys);
	parties_say_subaddress(&setup->called_subaddress, &subaddress);
	if (subaddress.valid)
		pri_sr_set_called_subaddress(sr, &subaddress);
	return true;
}

/* Octets that the SETUP may have, at most: libpri says all that it is told, and a frame that is too long for the
 * peer would take the data link down. What every SETUP has, and the frames of facilities, come first. */
static size_t longest(const struct leg_setup *setup)
{
	const struct leg_redirecting *redirecting = &setup->redirecting;
	size_t name = strlen(setup->calling_name), diverter = strlen(redirecting->from.name);
	size_t len = 30 + strlen(setup->called.digits) + strlen(setup->calling.digits);

	if (name) /* in a display and in a facility */
		len += 30 + 2 * name;
	if (*setup->keypad)
		len += 2 + strlen(setup->keypad);
	if (setup->called_subaddress.len)
		len += 3U + setup->called_subaddress.len;
	if (setup->calling_subaddress.len)
		len += 3U + setup->calling_subaddress.len;
	if (redirecting->count || *redirecting->from.number.digits)
		len += 45 + strlen(redirecting->from.number.digits) +
		       strlen(redirecting->original.digits) + diverter;
	return len;
}

/* The least useful goes first. */
static void shorten(struct leg_setup *setup)
{
	for (unsigned step = 0; longest(setup) > MESSAGE_MAX; step++) {
		switch (step) {
		case 0:
			setup->redirecting.from.name[0] = '\0';
			break;
		case 1:
			setup->redirecting.original = (struct leg_number){ 0 };
			break;
		case 2:
			setup->calling_subaddress.len = 0;
			break;
		case 3:
			setup->calling_name[0] = '\0';
			break;
		case 4:
			setup->called_subaddress.len = 0;
			break;
		default:
			return;
		}
	}
}

unsigned setup_to_line(const struct leg_setup *whole, const struct setup_line *line,
		       struct pri_sr **out)
{
	struct leg_setup setup = *whole;
	struct pri_sr *sr = pri_sr_new();

	if (!sr)
		return CAUSE_CONGESTION;
	shorten(&setup);
	if (!say_called(sr, &setup, has_keys(whole, line) ? whole->keypad : NULL)) {
		pri_sr_free(sr);
		return CAUSE_INVALID_NUMBER;
	}
	pri_sr_set_channel(sr, line->channel, line->exclusive, 0);
	say_bearer(sr, setup.bearer, line->law);
	say_calling(sr, &setup, line->switch_type);
	say_redirecting(sr, &setup.redirecting, line->switch_type);
	*out = sr;
	return 0;
}
