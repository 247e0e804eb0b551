/* A call's messages as a file: its blocks are whole, and nothing is in it that was not kept. Whether others can read it is
 * shown with tshark by test_timeline.py. */
#include <string.h>

#include "call/pcapng.h"
#include "call/timeline.h"
#include "tests/unit/call/rig.h"
#include "tests/unit/unit.h"

static void message(enum message_kind kind, uint8_t family, size_t len, size_t whole)
{
	static const uint8_t octets[MESSAGE_LEN_MAX];
	struct timelines *all = call_timelines(hub);
	const uint64_t key = timeline_key(all, "test", "b");
	const struct message m = {
		.kind = (uint8_t)kind,
		.here = { .family = family },
		.octets = octets,
		.len = len,
		.whole = whole,
	};

	call_names_messages(b.leg, key);
	timeline_message(all, key, &m, "m");
}

static uint32_t u32_at(const struct pcapng *file, size_t at)
{
	uint32_t value;

	memcpy(&value, file->octets + at, sizeof(value));
	return value;
}

/* Number of blocks; each says its length at both ends. */
static unsigned blocks(const struct pcapng *file)
{
	unsigned n = 0;

	for (size_t at = 0; at < file->len; n++) {
		uint32_t len = u32_at(file, at + 4);

		ck_assert_uint_eq(len % 4, 0);
		ck_assert_uint_le(at + len, file->len);
		ck_assert_uint_eq(u32_at(file, at + len - 4), len);
		at += len;
	}
	return n;
}

START_TEST(blocks_are_whole_whatever_the_length)
{
	struct pcapng file;
	uint32_t id;

	start();
	timelines_keep(call_timelines(hub), 10, 1 << 20);
	dial("700");
	id = call_id(a.leg->call);
	for (size_t len = 0; len < 9; len++)
		message(MESSAGE_ISDN, 0, len, len);
	message(MESSAGE_SIP, 0, 5, 5);
	message(MESSAGE_SIP, 4, 7, 9000); /* cut */
	message(MESSAGE_SIP, 6, MESSAGE_LEN_MAX, MESSAGE_LEN_MAX);
	ck_assert(pcapng_of_call(hub, id, &file));
	ck_assert_uint_eq(file.written, 12);
	ck_assert_uint_eq(file.gone, 0);
	ck_assert_uint_eq(blocks(&file), 3 + 12);
	free(file.octets);
	for (unsigned i = 0; i < 200; i++)
		message(MESSAGE_SIP, 4, MESSAGE_LEN_MAX, MESSAGE_LEN_MAX);
	ck_assert(pcapng_of_call(hub, id, &file));
	ck_assert_uint_gt(file.gone, 12);
	ck_assert_uint_eq(blocks(&file), 3 + file.written);
	free(file.octets);
	ck_assert(!pcapng_of_call(hub, id + 1, &file));
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	stop();
}
END_TEST

/* Another size is another ring; of what the one before kept nothing is left, and nothing is taken for it. */
START_TEST(another_size_forgets_the_octets)
{
	static const size_t sizes[] = { 2 << 20, 0, 1 << 20 };
	struct pcapng file;
	uint32_t id;

	start();
	timelines_keep(call_timelines(hub), 10, 1 << 20);
	dial("700");
	id = call_id(a.leg->call);
	for (size_t len = 0; len < 9; len++)
		message(MESSAGE_SIP, 4, 100 * len, 100 * len);
	ck_assert(pcapng_of_call(hub, id, &file));
	ck_assert_uint_eq(file.written, 9);
	free(file.octets);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		timelines_keep(call_timelines(hub), 10, sizes[i]);
	for (unsigned i = 0; i < 9; i++)
		message(MESSAGE_SIP, 6, MESSAGE_LEN_MAX, MESSAGE_LEN_MAX);
	ck_assert(pcapng_of_call(hub, id, &file));
	ck_assert_uint_eq(file.written, 9);
	ck_assert_uint_eq(file.gone, 9);
	ck_assert_uint_eq(blocks(&file), 3 + 9);
	free(file.octets);
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	stop();
}
END_TEST

/* The header that Wireshark has for LINKTYPE_LINUX_LAPD. */
START_TEST(lapd_header_says_side_and_way)
{
	static const uint8_t ours[LAPD_HEADER_LEN] = { 0, 4, 0x20, 0xfd, 0, 1, 1, [15] = 0x30 };
	static const uint8_t theirs[LAPD_HEADER_LEN] = { 0, 0, 0x20, 0xfd, 0, 1, 0, [15] = 0x30 };
	uint8_t out[LAPD_HEADER_LEN];

	pcapng_lapd_header(true, true, out);
	ck_assert_mem_eq(out, ours, sizeof(ours));
	pcapng_lapd_header(false, false, out);
	ck_assert_mem_eq(out, theirs, sizeof(theirs));
}
END_TEST

UNIT_MAIN("pcapng", blocks_are_whole_whatever_the_length, another_size_forgets_the_octets,
	  lapd_header_says_side_and_way)
