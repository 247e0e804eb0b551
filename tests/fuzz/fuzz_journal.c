/* What a killed process, a power failure or another program left of the two files of call records: an input is cut at
 * the first octet 0xff into the end of the one and slots of the other. Once they have been opened, the file of records
 * is whole lines of JSON, and can be opened again, which adds nothing. */
#include "gateway/records/journal.c"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/tmp/fuzz-journal-XXXXXX";
static char path[64], slots_path[80];

static void fini(void)
{
	unlink(path);
	unlink(slots_path);
	rmdir(dir);
}

static void init(void)
{
	if (*path)
		return;
	if (!mkdtemp(dir))
		abort();
	snprintf(path, sizeof(path), "%s/calls.jsonl", dir);
	snprintf(slots_path, sizeof(slots_path), "%s.open", path);
	atexit(fini);
}

static void put_file(const char *name, const uint8_t *data, size_t len, size_t size)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len || ftruncate(fd, (off_t)size))
		abort();
	close(fd);
}

static off_t size_of(const char *name)
{
	struct stat st;

	return stat(name, &st) ? -1 : st.st_size;
}

/* Those of the slots, which come after what the file had. */
static void must_be_records(off_t from)
{
	char line[2 * JOURNAL_LINE_MAX];
	FILE *file = fopen(path, "r");

	if (!file || fseeko(file, from, SEEK_SET))
		abort();
	while (fgets(line, sizeof(line), file)) {
		const size_t len = strlen(line);

		if (!len || line[len - 1] != '\n' || !is_record(line, len - 1))
			abort();
	}
	fclose(file);
}

static void must_open_again(void)
{
	const off_t size = size_of(path);
	int err;
	struct journal *journal = journal_open(NULL, path, &err);

	if (!journal || size_of(path) != size)
		abort();
	journal_close(journal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *part = memchr(data, 0xff, size);
	const size_t len = part ? (size_t)(part - data) : size;
	const size_t slots = part ? size - len - 1 : 0;
	struct journal *journal;
	char last[ID_MAX];
	off_t kept;
	int fd, err;

	init();
	put_file(path, data, len, len);
	put_file(slots_path, part ? part + 1 : data, slots,
		 (slots + JOURNAL_LINE_MAX - 1) / JOURNAL_LINE_MAX * JOURNAL_LINE_MAX);
	fd = open_records(path, last);
	kept = size_of(path);
	if (fd < 0) { /* nothing of ours: untouched */
		if (kept != (off_t)len || journal_open(NULL, path, &err))
			abort();
		return 0;
	}
	close(fd);
	journal = journal_open(NULL, path, &err);
	if (!journal)
		abort();
	journal_close(journal);
	must_be_records(kept);
	must_open_again();
	return 0;
}
