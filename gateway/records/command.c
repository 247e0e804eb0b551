#include "records/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "records/export.h"
#include "records/store.h"

static int export(int argc, char **argv)
{
	const bool csv = argc > 2 && strcmp(argv[2], "csv") == 0;

	if (argc < 4 || argc > 6 || (!csv && strcmp(argv[2], "json") != 0)) {
		fputs("Usage:\n" RECORDS_USAGE, stderr);
		return 2;
	}
	return records_export(stdout, csv ? EXPORT_CSV : EXPORT_JSON, argv[3],
			      argc > 4 ? argv[4] : NULL, argc > 5 ? argv[5] : NULL) == 0
		       ? EXIT_SUCCESS
		       : EXIT_FAILURE;
}

static int downgrade(int argc, char **argv)
{
	char error[STORE_ERROR_MAX];
	int version, rc;

	if (argc != 3) {
		fputs("Usage:\n" RECORDS_USAGE, stderr);
		return 2;
	}
	rc = strchr(argv[2], '=') || strncmp(argv[2], "postgres", 8) == 0
		     ? pg_store_downgrade(argv[2], &version, error)
		     : sqlite_store_downgrade(argv[2], &version, error);
	if (rc < 0) {
		fprintf(stderr, "%s: %s\n", argv[2], error);
		return EXIT_FAILURE;
	}
	printf("%s: schema %d now\n", argv[2], version);
	return EXIT_SUCCESS;
}

int records_command(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--export") == 0)
		return export(argc, argv);
	if (argc > 1 && strcmp(argv[1], "--records-downgrade") == 0)
		return downgrade(argc, argv);
	return -1;
}
