/* Reading and editing Q.931 messages inside Q.921 frames, good ones and broken ones. */
#include "tests/unit/unit.h"

#include <osmocom/core/utils.h>
#include <string.h>

#include "pstn/isdn/q931.h"

#define I_FRAME 0x02, 0x01, 0x04, 0x06
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

/* Q.931 4.3: the flag is 0 in what the chooser sends. libpri counts it the other way. */
START_TEST(reference_is_numbered_as_libpri_does)
{
	static const struct frame ours = FRAME(I_FRAME, 0x08, 0x02, 0x12, 0x34, 0x05);
	static const struct frame theirs = FRAME(I_FRAME, 0x08, 0x02, 0x92, 0x34, 0x02);
	static const struct frame short_one = FRAME(I_FRAME, 0x08, 0x01, 0x05, 0x05);
	uint16_t reference = 0;

	ck_assert(q931_sent_reference(ours.octets, ours.len, &reference));
	ck_assert_uint_eq(reference, 0x9234);
	ck_assert(q931_sent_reference(theirs.octets, theirs.len, &reference));
	ck_assert_uint_eq(reference, 0x1234);
	ck_assert(!q931_sent_reference(short_one.octets, short_one.len, &reference));
}
END_TEST

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
	  { 1, 1, true, false },
	  FRAME(I_FRAME, CALL_1, 0x45, 0x08, 0x02, 0x81, 0x95, 0x1e, 0x02, 0x81, 0x88) },
	{ FRAME(I_FRAME, CALL_1, 0x45, 0x08, 0x02, 0x81, 0x95),
	  { 1, 1, true, false },
	  FRAME(I_FRAME, CALL_1, 0x4d, 0x08, 0x02, 0x81, 0x95) },
	/* an earlier PROGRESS, sent again, and RELEASE stay what they are */
	{ FRAME(I_FRAME, CALL_1, 0x03, 0x1e, 0x02, 0x81, 0x88),
	  { 1, 1, true, false },
	  FRAME(I_FRAME, CALL_1, 0x03, 0x1e, 0x02, 0x81, 0x88) },
	{ FRAME(I_FRAME, CALL_1, 0x4d, 0x08, 0x02, 0x81, 0x95),
	  { 1, 1, true, false },
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
	/* no message */
	{ FRAME(0x02, 0x01, 0x01, 0x06), { 5, 5, true, true }, FRAME(0x02, 0x01, 0x01, 0x06) },
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

UNIT_MAIN("q931", new_number_of_cause_22_is_found, location_and_sound_are_found,
	  reference_is_numbered_as_libpri_does, edits_change_what_they_say_and_nothing_else)
