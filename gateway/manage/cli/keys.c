/* An escape alone is a key of its own at some terminals: it is let be, as the sequence that it begins cannot be told from it
 * without waiting. */
#include "manage/cli/keys.h"

#include <stddef.h>

#include <osmocom/core/utils.h>

enum {
	ESCAPE = 0x1b,
	PARAMETERS = 250,
	FIRST_WITH_OPTION = 251,
	IAC = 255,
	WINDOW = 31,
};

enum state {
	ST_TEXT,
	ST_ESCAPE,
	ST_SHIFTED,
	ST_SEQUENCE,
	ST_COMMAND,
	ST_OPTION,
	ST_SUB,
	ST_SUB_IAC
};

/* The last octet of a cursor key's sequence, also in application mode: "ESC [ A", "ESC O A". */
static int letter_key(uint8_t letter)
{
	static const char letters[] = "ABCDHF";
	static const int keys[] = { KEY_UP, KEY_DOWN, KEY_RIGHT, KEY_LEFT, KEY_HOME, KEY_END };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if ((uint8_t)letters[i] == letter)
			return keys[i];
	}
	return KEY_NONE;
}

/* "ESC [ 5 ~" */
static int number_key(unsigned number)
{
	switch (number) {
	case 1:
	case 7:
		return KEY_HOME;
	case 4:
	case 8:
		return KEY_END;
	case 5:
		return KEY_PAGE_UP;
	case 6:
		return KEY_PAGE_DOWN;
	default:
		return KEY_NONE;
	}
}

static int in_sequence(struct keys *keys, uint8_t octet)
{
	if (octet >= '0' && octet <= '9') {
		keys->number = (uint8_t)OSMO_MIN(keys->number * 10 + octet - '0', UINT8_MAX);
		return KEY_NONE;
	}
	if (octet >= 0x20 && octet <= 0x3f) /* ECMA-48 5.4: more parameters */
		return KEY_NONE;
	keys->state = ST_TEXT;
	return octet == '~' ? number_key(keys->number) : letter_key(octet);
}

static void keep_parameter(struct keys *keys, uint8_t octet)
{
	if (keys->n_parameters < KEYS_WINDOW_LEN)
		keys->parameters[keys->n_parameters] = octet;
	if (keys->n_parameters <= KEYS_WINDOW_LEN)
		keys->n_parameters++;
}

static int end_parameters(struct keys *keys)
{
	const uint8_t *p = keys->parameters;

	keys->state = ST_TEXT;
	if (keys->n_parameters != KEYS_WINDOW_LEN || p[0] != WINDOW)
		return KEY_NONE;
	keys->width = (unsigned)p[1] << 8 | p[2];
	keys->height = (unsigned)p[3] << 8 | p[4];
	return KEY_WINDOW;
}

static int in_command(struct keys *keys, uint8_t octet)
{
	keys->state = ST_TEXT;
	if (octet == PARAMETERS) {
		keys->state = ST_SUB;
		keys->n_parameters = 0;
	} else if (octet >= FIRST_WITH_OPTION && octet != IAC) {
		keys->state = ST_OPTION;
	}
	return KEY_NONE;
}

static int in_parameters(struct keys *keys, uint8_t octet)
{
	const bool behind_iac = keys->state == ST_SUB_IAC;

	if (!behind_iac && octet == IAC) {
		keys->state = ST_SUB_IAC;
		return KEY_NONE;
	}
	keys->state = ST_SUB;
	if (behind_iac && octet != IAC) /* RFC 855: one of the parameters is sent twice */
		return end_parameters(keys);
	keep_parameter(keys, octet);
	return KEY_NONE;
}

static int in_text(struct keys *keys, uint8_t octet)
{
	if (octet == IAC)
		keys->state = ST_COMMAND;
	else if (octet == ESCAPE)
		keys->state = ST_ESCAPE;
	else
		return octet;
	return KEY_NONE;
}

static int behind_escape(struct keys *keys, uint8_t octet)
{
	keys->number = 0;
	keys->state = octet == '['      ? ST_SEQUENCE
		      : octet == 'O'    ? ST_SHIFTED
		      : octet == ESCAPE ? ST_ESCAPE
		      : octet == IAC    ? ST_COMMAND
					: ST_TEXT;
	return KEY_NONE;
}

int keys_put(struct keys *keys, uint8_t octet)
{
	switch (keys->state) {
	case ST_ESCAPE:
		return behind_escape(keys, octet);
	case ST_SHIFTED:
		keys->state = ST_TEXT;
		return letter_key(octet);
	case ST_SEQUENCE:
		return in_sequence(keys, octet);
	case ST_COMMAND:
		return in_command(keys, octet);
	case ST_OPTION:
		keys->state = ST_TEXT;
		return KEY_NONE;
	case ST_SUB:
	case ST_SUB_IAC:
		return in_parameters(keys, octet);
	default:
		return in_text(keys, octet);
	}
}
