/* Reading and editing Q.931 messages inside Q.921 frames, good ones and broken ones. */
#include "tests/unit/unit.h"

#include <osmocom/core/utils.h>
#include <string.h>

#include "pstn/isdn/q931.h"

#define I_FRAME 0x02, 0x01, 0x04, 0x06
#define UI_FRAME 0x02, 0xff, 0x03
#define CALL_1 0x08, 0x02, 0x00, 0x01 /* from the side that chose the reference */

struct frame {
	uint8_t octets[32];
	size_t len;
};

#define FRAME(...)                                                                                 \
	{                                                                                          \
		{ __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ })                                \
	}

static const struct {
	struct frame frame;
	bool message;
	uint8_t location;
	bool inband;
} heard[] = {
	/* DISCONNECT: cause at LOC 2, progress indicator 8 */
	{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 0x02, 0x82, 0x91, 0x1e, 0x02, 0x82, 0x88), true, 2,
	  true },
	/* the same without, and with progress indicator 1 */
	{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 0x02, 0x80, 0x91), true, 0, false },
	{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 0x02, 0x84, 0x91, 0x1e, 0x02, 0x82, 0x81), true, 4,
	  false },
	/* the second of two progress indicators */
	{ FRAME(I_FRAME, CALL_1, 0x03, 0x1e, 0x02, 0x82, 0x81, 0x1e, 0x02, 0x82, 0x88), true, 0,
	  true },
	/* behind a single-octet element */
	{ FRAME(I_FRAME, CALL_1, 0x45, 0xa1, 0x08, 0x02, 0x8a, 0x91), true, 10, false },
	/* another codeset: for one element, and from there on (4.5.3, 4.5.4) */
	{ FRAME(I_FRAME, CALL_1, 0x45, 0x9e, 0x1e, 0x02, 0x82, 0x88, 0x08, 0x02, 0x81, 0x91), true,
	  1, false },
	{ FRAME(I_FRAME, CALL_1, 0x45, 0x96, 0x08, 0x02, 0x82, 0x91, 0x1e, 0x02, 0x82, 0x88), true,
	  0, false },
	/* elements longer than the message, and too short to hold what they should */
	{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 0x7f, 0x82, 0x91), true, 0, false },
	{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 0x02, 0x82), true, 0, false },
	{ FRAME(I_FRAME, CALL_1, 0x45, 0x08), true, 0, false },
	{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 0x00, 0x1e, 0x01, 0x88), true, 0, false },
	{ FRAME(I_FRAME, CALL_1, 0x0f), true, 0, false },
	/* no message: S frame, U frame, another protocol, another SAPI, cut short */
	{ FRAME(0x02, 0x01, 0x01, 0x06), false, 0, false },
	{ FRAME(0x02, 0x01, 0x7f), false, 0, false },
	{ FRAME(I_FRAME, 0x43, 0x02, 0x00, 0x01, 0x45), false, 0, false },
	{ FRAME(0xfe, 0x01, 0x04, 0x06, CALL_1, 0x45), false, 0, false },
	{ FRAME(I_FRAME, CALL_1), false, 0, false },
	{ FRAME(I_FRAME, 0x08, 0x0f, 0x00, 0x01, 0x45), false, 0, false },
	{ FRAME(I_FRAME), false, 0, false },
	{ { { 0 }, 0 }, false, 0, false },
};

START_TEST(location_and_sound_are_found)
{
	for (size_t i = 0; i < ARRAY_SIZE(heard); i++) {
		struct q931_heard out = { .location = 99, .inband = true };
		const struct frame *frame = &heard[i].frame;

		ck_assert_msg(q931_hear(frame->octets, frame->len, &out) == heard[i].message,
			      "row %zu", i);
		ck_assert_msg(out.location == (heard[i].message ? heard[i].location : 99),
			      "row %zu", i);
		ck_assert_msg(out.inband == (heard[i].message ? heard[i].inband : true), "row %zu",
			      i);
	}
}
END_TEST

/* Q.931 4.5.7: six bits */
START_TEST(call_state_in_status_is_found)
{
	static const struct {
		struct frame frame;
		uint8_t state;
	} rows[] = {
		{ FRAME(I_FRAME, CALL_1, 0x7d, 0x08, 0x02, 0x80, 0x9e, 0x14, 0x01, 0x0a), 10 },
		{ FRAME(I_FRAME, CALL_1, 0x7d, 0x08, 0x02, 0x80, 0x9e, 0x14, 0x01, 0xd3), 19 },
		{ FRAME(I_FRAME, CALL_1, 0x7d, 0x08, 0x02, 0x80, 0x9e, 0x14, 0x00), 0 },
		{ FRAME(I_FRAME, CALL_1, 0x7d, 0x08, 0x02, 0x80, 0x9e, 0x14), 0 },
		{ FRAME(I_FRAME, CALL_1, 0x7d), 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct q931_heard out = { 0 };

		ck_assert(q931_hear(rows[i].frame.octets, rows[i].frame.len, &out));
		ck_assert_uint_eq(out.type, Q931_STATUS);
		ck_assert_msg(out.call_state == rows[i].state, "row %zu", i);
	}
}
END_TEST

START_TEST(new_number_of_cause_22_is_found)
{
	static const struct {
		struct frame frame;
		const char *number;
	} rows[] = {
		{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 8, 0x82, 0x96, 0x70, 4, 0xa1, '1', '2', '3'),
		  "123" },
		{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 9, 0x02, 0x80, 0x96, 0x70, 4, 0xa1, '1', '2',
			'3'),
		  "123" },
		{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 8, 0x82, 0x91, 0x70, 4, 0xa1, '1', '2', '3'),
		  "" },
		{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 8, 0x82, 0x96, 0x70, 5, 0xa1, '1', '2', '3'),
		  "" },
		{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 8, 0x82, 0x96, 0x70, 4, 0xa1, '1', 'x', '3'),
		  "" },
		{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 5, 0x82, 0x96, 0x70, 0, 0xa1), "" },
		{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 3, 0x82, 0x96, 0x70), "" },
		{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 2, 0x82, 0x96), "" },
		{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 2, 0x02, 0x80), "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct q931_heard out;

		ck_assert(q931_hear(rows[i].frame.octets, rows[i].frame.len, &out));
		ck_assert_str_eq(out.moved_to, rows[i].number);
	}
}
END_TEST

/* Q.931 4.3: the flag is 0 in what the chooser sends. libpri counts it the other way. A basic access has
 * references of one octet. */
START_TEST(reference_is_numbered_as_libpri_does)
{
	static const struct {
		struct frame frame;
		bool found;
		uint16_t reference;
		uint8_t type;
	} rows[] = {
		{ FRAME(I_FRAME, 0x08, 0x02, 0x12, 0x34, 0x05), true, 0x9234, 0x05 },
		{ FRAME(I_FRAME, 0x08, 0x02, 0x92, 0x34, 0x02), true, 0x1234, 0x02 },
		{ FRAME(I_FRAME, 0x08, 0x01, 0x05, 0x05), true, 0x8005, 0x05 },
		{ FRAME(I_FRAME, 0x08, 0x01, 0x85, 0x07), true, 0x0005, 0x07 },
		{ FRAME(UI_FRAME, 0x08, 0x01, 0x05, 0x05), true, 0x8005, 0x05 },
		{ FRAME(I_FRAME, 0x08, 0x00, 0x62), false, 0, 0 },
		{ FRAME(I_FRAME, 0x08, 0x03, 0x01, 0x02, 0x03, 0x05), false, 0, 0 },
		{ FRAME(I_FRAME, 0x08, 0x01, 0x05), false, 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint16_t reference = 0;
		uint8_t type = 0;

		ck_assert_msg(q931_sent(rows[i].frame.octets, rows[i].frame.len, &reference,
					&type) == rows[i].found,
			      "row %zu", i);
		ck_assert_uint_eq(reference, rows[i].reference);
		ck_assert_uint_eq(type, rows[i].type);
		/* The same frame from the far end: there the flag means the other side. */
		struct q931_heard out = { 0 };
		if (!q931_hear(rows[i].frame.octets, rows[i].frame.len, &out))
			continue;
		ck_assert_uint_eq(out.reference, rows[i].found ? rows[i].reference ^ 0x8000 : 0);
		ck_assert(!rows[i].found || out.type == rows[i].type);
	}
}
END_TEST

/* Q.931 4.5.30: protocol discriminator and up to 128 octets. */
START_TEST(user_user_information_is_found)
{
	static const struct frame setup = FRAME(I_FRAME, CALL_1, 0x05, 0xa1, 0x7e, 3, 0x04, 0, 'x');
	uint8_t longest[4 + 5 + 2 + 130] = { I_FRAME, CALL_1, 0x05, 0x7e, LEG_UUI_MAX, 0x04 };
	struct q931_heard out;

	ck_assert(q931_hear(setup.octets, setup.len, &out));
	ck_assert_uint_eq(out.uui.len, 3);
	ck_assert_mem_eq(out.uui.octets, "\x04\0x", 3);
	ck_assert(q931_hear(longest, 4 + 5 + 2 + LEG_UUI_MAX, &out));
	ck_assert_uint_eq(out.uui.len, LEG_UUI_MAX);
	longest[10]++;
	ck_assert(q931_hear(longest, sizeof(longest), &out));
	ck_assert_uint_eq(out.uui.len, 0);
	longest[10] = 0;
	ck_assert(q931_hear(longest, 4 + 5 + 2, &out));
	ck_assert_uint_eq(out.uui.len, 0);
}
END_TEST

/* A subaddress has up to 20 octets behind octet 3 (Q.931 4.5.9); a number's octet 3 or 3a, 3b ends with bit 8. */
START_TEST(what_libpri_must_not_hear_is_disarmed)
{
	static const struct {
		uint8_t element[3];
		size_t len;
		bool disarmed;
	} rows[] = {
		{ { 0x6d, 21, 0x80 }, 23, false }, { { 0x6d, 22, 0x80 }, 24, true },
		{ { 0x71, 22, 0x80 }, 24, true },  { { 0x4d, 60, 0x80 }, 62, true },
		{ { 0x71, 0 }, 2, true },          { { 0x6c, 3, 0x80 }, 5, false },
		{ { 0x6c, 3, 0x00 }, 5, true },    { { 0x6c, 0 }, 2, true },
		{ { 0x4c, 2, 0x21 }, 4, true },    { { 0x0c, 2, 0x21 }, 4, true },
		{ { 0x73, 2, 0x21 }, 4, true },    { { 0x74, 2, 0x21 }, 4, true },
		{ { 0x76, 2, 0x21 }, 4, true },    { { 0x70, 2, 0x21 }, 4, false },
		{ { 0x28, 2, 0x21 }, 4, false },   { { 0x6d, 61, 0x80 }, 62, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t frame[80] = { I_FRAME, CALL_1, 0x05, 0xa1 }, before[80];
		size_t len = 10 + rows[i].len;

		memcpy(frame + 10, rows[i].element, sizeof(rows[i].element));
		memcpy(before, frame, sizeof(before));
		q931_disarm(frame, len);
		ck_assert_msg(frame[10] == (rows[i].disarmed ? 0x7f : before[10]), "row %zu", i);
		frame[10] = before[10];
		ck_assert_mem_eq(frame, before, sizeof(frame));
	}
}
END_TEST

static const struct leg_uui uui = { 2, { 0x04, 'x' } };

static const struct {
	struct frame before;
	struct q931_edit edit;
	struct frame after;
} edits[] = {
	{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 0x02, 0x81, 0x95),
	  { .cause_location = 0 },
	  FRAME(I_FRAME, CALL_1, 0x45, 0x08, 0x02, 0x80, 0x95) },
	{ FRAME(I_FRAME, CALL_1, 0x03, 0x08, 0x02, 0x81, 0x95, 0x1e, 0x02, 0x81, 0x88),
	  { .cause_location = 3, .progress_location = 2 },
	  FRAME(I_FRAME, CALL_1, 0x03, 0x08, 0x02, 0x83, 0x95, 0x1e, 0x02, 0x82, 0x88) },
	/* one step on */
	{ FRAME(I_FRAME, CALL_1, 0x03, 0x08, 0x02, 0x81, 0x95, 0x1e, 0x02, 0x81, 0x88),
	  { .cause_location = 1, .progress_location = 1, .one_step_on = true },
	  FRAME(I_FRAME, CALL_1, 0x45, 0x08, 0x02, 0x81, 0x95, 0x1e, 0x02, 0x81, 0x88) },
	{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 0x02, 0x81, 0x95),
	  { .cause_location = 1, .progress_location = 1, .one_step_on = true },
	  FRAME(I_FRAME, CALL_1, 0x4d, 0x08, 0x02, 0x81, 0x95) },
	/* an earlier PROGRESS, sent again, and RELEASE stay what they are */
	{ FRAME(I_FRAME, CALL_1, 0x03, 0x1e, 0x02, 0x81, 0x88),
	  { .cause_location = 1, .progress_location = 1, .one_step_on = true },
	  FRAME(I_FRAME, CALL_1, 0x03, 0x1e, 0x02, 0x81, 0x88) },
	{ FRAME(I_FRAME, CALL_1, 0x4d, 0x08, 0x02, 0x81, 0x95),
	  { .cause_location = 1, .progress_location = 1, .one_step_on = true },
	  FRAME(I_FRAME, CALL_1, 0x4d, 0x08, 0x02, 0x81, 0x95) },
	/* SETUP: progress indicator 3 before the elements of higher numbers and other codesets, and only there;
	 * not beyond a broken element */
	{ FRAME(I_FRAME, CALL_1, 0x05, 0xa1, 0x04, 0x01, 0x90, 0x18, 0x01, 0xa9, 0x70, 0x01, 0x81),
	  { .progress_location = 2, .not_all_isdn = true },
	  FRAME(I_FRAME, CALL_1, 0x05, 0xa1, 0x04, 0x01, 0x90, 0x18, 0x01, 0xa9, 0x1e, 0x02, 0x82,
		0x83, 0x70, 0x01, 0x81) },
	{ FRAME(I_FRAME, CALL_1, 0x05, 0x04, 0x01, 0x90, 0x96, 0x04, 0x01, 0x90),
	  { .progress_location = 1, .not_all_isdn = true },
	  FRAME(I_FRAME, CALL_1, 0x05, 0x04, 0x01, 0x90, 0x1e, 0x02, 0x81, 0x83, 0x96, 0x04, 0x01,
		0x90) },
	{ FRAME(I_FRAME, CALL_1, 0x05),
	  { .progress_location = 1, .not_all_isdn = true },
	  FRAME(I_FRAME, CALL_1, 0x05, 0x1e, 0x02, 0x81, 0x83) },
	{ FRAME(I_FRAME, CALL_1, 0x05, 0x04, 0x01, 0x90),
	  { .progress_location = 1 },
	  FRAME(I_FRAME, CALL_1, 0x05, 0x04, 0x01, 0x90) },
	{ FRAME(I_FRAME, CALL_1, 0x07, 0x18, 0x01, 0xa9),
	  { .not_all_isdn = true },
	  FRAME(I_FRAME, CALL_1, 0x07, 0x18, 0x01, 0xa9) },
	{ FRAME(I_FRAME, CALL_1, 0x05, 0x04, 0x09, 0x90),
	  { .not_all_isdn = true },
	  FRAME(I_FRAME, CALL_1, 0x05, 0x04, 0x09, 0x90) },
	/* no room: the frame fills its array */
	{ FRAME(I_FRAME, CALL_1, 0x05, 0x7e, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0),
	  { .not_all_isdn = true },
	  FRAME(I_FRAME, CALL_1, 0x05, 0x7e, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0) },
	/* user-user information behind all others of the codeset; in a UI frame too */
	{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 0x02, 0x80, 0x91, 0x7c, 0, 0x7f, 0, 0x96, 0x04, 0),
	  { .uui = &uui },
	  FRAME(I_FRAME, CALL_1, 0x45, 0x08, 0x02, 0x80, 0x91, 0x7c, 0, 0x7e, 2, 0x04, 'x', 0x7f, 0,
		0x96, 0x04, 0) },
	{ FRAME(UI_FRAME, 0x08, 0x01, 0x05, 0x05),
	  { .uui = &uui, .not_all_isdn = true },
	  FRAME(UI_FRAME, 0x08, 0x01, 0x05, 0x05, 0x1e, 0x02, 0x80, 0x83, 0x7e, 2, 0x04, 'x') },
	{ FRAME(I_FRAME, CALL_1, 0x07),
	  { .uui = &(struct leg_uui){ 0 } },
	  FRAME(I_FRAME, CALL_1, 0x07) },
	/* INFORMATION: a number of no digits is the end of the number */
	{ FRAME(I_FRAME, CALL_1, 0x7b, 0x70, 1, 0x81), { 0 }, FRAME(I_FRAME, CALL_1, 0x7b, 0xa1) },
	{ FRAME(I_FRAME, CALL_1, 0x7b, 0x70, 2, 0x81, '5'),
	  { 0 },
	  FRAME(I_FRAME, CALL_1, 0x7b, 0x70, 2, 0x81, '5') },
	{ FRAME(I_FRAME, CALL_1, 0x7b, 0x2c, 1, '5'),
	  { 0 },
	  FRAME(I_FRAME, CALL_1, 0x7b, 0x2c, 1, '5') },
	{ FRAME(I_FRAME, CALL_1, 0x05, 0x70, 1, 0x81),
	  { 0 },
	  FRAME(I_FRAME, CALL_1, 0x05, 0x70, 1, 0x81) },
	/* NOTIFY of what we never have to say: STATUS ENQUIRY; others stay */
	{ FRAME(I_FRAME, CALL_1, 0x6e, 0x27, 1, 0x82),
	  { .uui = &(struct leg_uui){ 0 } },
	  FRAME(I_FRAME, CALL_1, 0x75) },
	{ FRAME(I_FRAME, CALL_1, 0x6e, 0x27, 1, 0x81),
	  { 0 },
	  FRAME(I_FRAME, CALL_1, 0x6e, 0x27, 1, 0x81) },
	/* RELEASE with 16; with another cause, and DISCONNECT */
	{ FRAME(I_FRAME, CALL_1, 0x4d, 0x08, 0x02, 0x80, 0x90),
	  { .release_cause = 17 },
	  FRAME(I_FRAME, CALL_1, 0x4d, 0x08, 0x02, 0x80, 0x91) },
	{ FRAME(I_FRAME, CALL_1, 0x4d, 0x08, 0x02, 0x80, 0xe0),
	  { .release_cause = 17 },
	  FRAME(I_FRAME, CALL_1, 0x4d, 0x08, 0x02, 0x80, 0xe0) },
	{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 0x02, 0x80, 0x90),
	  { .release_cause = 17 },
	  FRAME(I_FRAME, CALL_1, 0x45, 0x08, 0x02, 0x80, 0x90) },
	/* no message */
	{ FRAME(0x02, 0x01, 0x01, 0x06),
	  { 5, 5, 5, true, true, &uui },
	  FRAME(0x02, 0x01, 0x01, 0x06) },
};

START_TEST(edits_change_what_they_say_and_nothing_else)
{
	for (size_t i = 0; i < ARRAY_SIZE(edits); i++) {
		struct frame frame = edits[i].before;

		frame.len =
			q931_edit(frame.octets, frame.len, sizeof(frame.octets), &edits[i].edit);
		ck_assert_msg(frame.len == edits[i].after.len, "row %zu", i);
		ck_assert_msg(!memcmp(frame.octets, edits[i].after.octets, frame.len), "row %zu",
			      i);
	}
}
END_TEST

/* Q.921 5.9.3: a message has at most 260 octets. */
START_TEST(message_does_not_outgrow_the_frame)
{
	uint8_t frame[300] = { I_FRAME, CALL_1, 0x05, 0x28, 249 };
	struct q931_edit edit = { .uui = &uui };

	ck_assert_uint_eq(q931_edit(frame, 4 + 256, sizeof(frame), &edit), 4 + 260);
	memset(frame + 9, 0, sizeof(frame) - 9);
	frame[9] = 0x28;
	frame[10] = 250;
	ck_assert_uint_eq(q931_edit(frame, 4 + 257, sizeof(frame), &edit), 4 + 257);
}
END_TEST

UNIT_MAIN("q931", call_state_in_status_is_found, user_user_information_is_found,
	  what_libpri_must_not_hear_is_disarmed, message_does_not_outgrow_the_frame,
	  new_number_of_cause_22_is_found, location_and_sound_are_found,
	  reference_is_numbered_as_libpri_does, edits_change_what_they_say_and_nothing_else)
