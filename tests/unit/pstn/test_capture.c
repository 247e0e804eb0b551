/* A capture's file has an end, and begins anew. */
#include "pstn/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <osmocom/core/talloc.h>

#include "tests/unit/unit.h"

enum {
	HEAD = 24,
	RECORD = 16 + 16 /* LINUX_LAPD */,
	FRAME = 100,
	MAX = 2 * (HEAD + 3 * (RECORD + FRAME))
};

static char folder[] = "/tmp/capture.XXXXXX", path[64], before[64];

static struct capture *begin(void *ctx)
{
	struct trunks_capture what = { .path = path, .max_octets = MAX };
	struct capture *capture = NULL;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/d.pcap", folder);
	snprintf(before, sizeof(before), "%s/d.pcap.1", folder);
	ck_assert_int_eq(capture_open(ctx, &what, &capture), 0);
	return capture;
}

/* Frames filled with their number. */
static void put(struct capture *capture, unsigned from, unsigned to)
{
	uint8_t frame[FRAME];

	for (unsigned i = from; i <= to; i++) {
		memset(frame, (int)i, sizeof(frame));
		capture_frame(capture, false, true, frame, sizeof(frame));
	}
}

/* The last octet of each record, as a text of numbers; the file's own head is there. */
static const char *frames_of(const char *file)
{
	static char text[256];
	uint8_t octets[4096];
	FILE *in = fopen(file, "rb");
	size_t n;

	ck_assert_ptr_nonnull(in);
	n = fread(octets, 1, sizeof(octets), in);
	fclose(in);
	ck_assert_uint_ge(n, HEAD);
	ck_assert_uint_eq((n - HEAD) % (RECORD + FRAME), 0);
	ck_assert_mem_eq(octets, "\xd4\xc3\xb2\xa1", 4);
	text[0] = '\0';
	for (size_t at = HEAD; at < n; at += RECORD + FRAME)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%u ",
			 octets[at + RECORD + FRAME - 1]);
	return text;
}

static void clean(void *ctx)
{
	unlink(path);
	unlink(before);
	rmdir(folder);
	talloc_free(ctx);
}

START_TEST(full_file_makes_room_for_the_newest)
{
	void *ctx = talloc_new(NULL);
	struct capture *capture = begin(ctx);

	put(capture, 1, 3);
	ck_assert_str_eq(frames_of(path), "1 2 3 ");
	ck_assert_int_ne(access(before, F_OK), 0);
	put(capture, 4, 8);
	ck_assert_str_eq(frames_of(before), "4 5 6 ");
	ck_assert_str_eq(frames_of(path), "7 8 ");
	put(capture, 9, 10);
	ck_assert_str_eq(frames_of(before), "7 8 9 ");
	ck_assert_str_eq(frames_of(path), "10 ");
	capture_close(capture);
	clean(ctx);
}
END_TEST

START_TEST(capture_ends_when_its_file_cannot_begin_anew)
{
	void *ctx = talloc_new(NULL);
	struct capture *capture = begin(ctx);

	put(capture, 1, 3);
	ck_assert(capture_wants(capture, "pstn"));
	unlink(path);
	put(capture, 4, 4);
	ck_assert(!capture_wants(capture, "pstn"));
	ck_assert_int_ne(access(path, F_OK), 0);
	capture_close(capture);
	clean(ctx);
}
END_TEST

UNIT_MAIN("capture", full_file_makes_room_for_the_newest,
	  capture_ends_when_its_file_cannot_begin_anew)
