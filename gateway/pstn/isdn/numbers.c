/* Q.931 4.5.5 (bearer capability), 4.5.8 (called), 4.5.10 (calling party number), 4.5.16 (display). What
 * comes from the line may be anything: a number that is none refuses the call or is dropped. */
#include "pstn/isdn/numbers.h"

#include <string.h>

#include "call/cause.h"

/* What libpri has room for; it cuts longer numbers without a word. */
enum { DIGITS_MAX = 31 };

/* False when it is no number, or so long that it may have been cut; to is empty then. */
static bool copy_digits(struct leg_number *to, const char *from)
{
	size_t n = strlen(from);

	if (!leg_is_number(from) || n >= DIGITS_MAX)
		return false;
	memcpy(to->digits, from, n + 1);
	return true;
}

static void set_plan(struct leg_number *number, int plan)
{
	number->type = plan >> 4 & 7;
	number->plan = plan & 0x0f;
}

static void copy_calling(struct leg_number *calling, const pri_event_ring *ring)
{
	switch (ring->callingpres & PRI_PRES_RESTRICTION) {
	case PRI_PRES_ALLOWED:
		calling->presentation = LEG_PRES_ALLOWED;
		break;
	case PRI_PRES_RESTRICTED:
		calling->presentation = LEG_PRES_RESTRICTED;
		break;
	default:
		calling->presentation = LEG_PRES_UNAVAILABLE;
	}
	calling->screening = ring->callingpres & PRI_PRES_NUMBER_TYPE;
	set_plan(calling, ring->callingplan);
	if (!copy_digits(calling, ring->callingnum))
		calling->presentation = LEG_PRES_UNAVAILABLE;
}

/* ISO 8859-1, of which IA5 is a part, as UTF-8, without control characters. */
static void copy_name(char out[LEG_NAME_MAX], const char *from)
{
	size_t n = 0;

	for (; *from && n + 3 <= LEG_NAME_MAX; from++) {
		unsigned char c = (unsigned char)*from;

		if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			continue;
		if (c >= 0x80)
			out[n++] = (char)(0xc0 | c >> 6);
		out[n++] = c < 0x80 ? (char)c : (char)(0x80 | (c & 0x3f));
	}
	out[n] = '\0';
}

unsigned numbers_of_ring(const pri_event_ring *ring, struct leg_setup *setup)
{
	const int not_isdn = PRI_PROG_CALL_NOT_E2E_ISDN | PRI_PROG_CALLER_NOT_ISDN;

	*setup = (struct leg_setup){ 0 };
	switch (ring->ctype) {
	case PRI_TRANS_CAP_SPEECH:
		setup->bearer = LEG_SPEECH;
		break;
	case PRI_TRANS_CAP_3_1K_AUDIO:
		setup->bearer = LEG_AUDIO_3K1;
		break;
	case PRI_TRANS_CAP_DIGITAL:
		setup->bearer = LEG_UNRESTRICTED;
		break;
	default:
		return CAUSE_BEARER_NOT_IMPLEMENTED;
	}
	set_plan(&setup->called, ring->calledplan);
	if (!copy_digits(&setup->called, ring->callednum))
		return CAUSE_INVALID_NUMBER;
	copy_calling(&setup->calling, ring);
	copy_name(setup->calling_name, ring->callingname);
	setup->all_isdn = !(ring->progressmask & not_isdn);
	return 0;
}

static int plan_of(const struct leg_number *number)
{
	return (number->type & 7) << 4 | (number->plan & 0x0f);
}

static int presentation_of(const struct leg_number *calling)
{
	static const int presentations[] = {
		[LEG_PRES_ALLOWED] = PRI_PRES_ALLOWED,
		[LEG_PRES_RESTRICTED] = PRI_PRES_RESTRICTED,
		[LEG_PRES_UNAVAILABLE] = PRI_PRES_UNAVAILABLE,
	};

	if (calling->presentation > LEG_PRES_UNAVAILABLE)
		return PRES_NUMBER_NOT_AVAILABLE;
	return presentations[calling->presentation] | (calling->screening & PRI_PRES_NUMBER_TYPE);
}

/* A display is IA5: a name beyond that is not sent. */
static char *ia5_name(const struct leg_setup *setup)
{
	const char *name = setup->calling_name;

	for (const char *c = name; *c; c++) {
		if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
			return NULL;
	}
	return *name ? (char *)name : NULL;
}

static void set_bearer(struct pri_sr *sr, enum leg_bearer bearer, enum law law)
{
	int layer1 = law == LAW_ALAW ? PRI_LAYER_1_ALAW : PRI_LAYER_1_ULAW;

	if (bearer == LEG_UNRESTRICTED)
		pri_sr_set_bearer(sr, PRI_TRANS_CAP_DIGITAL, -1);
	else
		pri_sr_set_bearer(
			sr, bearer == LEG_SPEECH ? PRI_TRANS_CAP_SPEECH : PRI_TRANS_CAP_3_1K_AUDIO,
			layer1);
}

static bool is_sendable(const struct leg_number *number)
{
	return *number->digits && strlen(number->digits) <= DIGITS_MAX;
}

unsigned numbers_to_setup(const struct leg_setup *setup, enum law law, int channel, bool exclusive,
			  struct pri_sr **out)
{
	const struct leg_number *calling = &setup->calling;
	struct pri_sr *sr;

	if (!is_sendable(&setup->called))
		return CAUSE_INVALID_NUMBER;
	sr = pri_sr_new();
	if (!sr)
		return CAUSE_CONGESTION;
	pri_sr_set_channel(sr, channel, exclusive, 0);
	set_bearer(sr, setup->bearer, law);
	/* All digits are there: sending complete (Q.931 5.1.1). libpri takes char *, and copies. */
	pri_sr_set_called(sr, (char *)setup->called.digits, plan_of(&setup->called), 1);
	if (is_sendable(calling) || calling->presentation != LEG_PRES_ALLOWED)
		pri_sr_set_caller(sr, is_sendable(calling) ? (char *)calling->digits : "",
				  ia5_name(setup), plan_of(calling), presentation_of(calling));
	*out = sr;
	return 0;
}
