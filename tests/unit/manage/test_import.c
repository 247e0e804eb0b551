/* The importer on files as people have them: what comes out passes the gateway's own check, and whatever does not
 * come out is told with its line. */
#include "manage/setup/import.h"

#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "tests/unit/manage/grammar.h"
#include "tests/unit/unit.h"

static void *ctx;
static char *out, *left;

static void convert(const char *system, const char *channels)
{
	const struct import_source a = { "system.conf", system, strlen(system) };
	const struct import_source b = { "chan_dahdi.conf", channels, strlen(channels) };

	grammar_init();
	ctx = talloc_new(NULL);
	out = import_text(ctx, &a, &b, &left);
	ck_assert_ptr_nonnull(out);
}

static void end(void)
{
	struct config_report *report = config_report_new(ctx, "out");

	ck_assert_msg(config_read_text(ctx, out, strlen(out), report), "%s\n%s", out,
		      config_report_get(report, 0));
	talloc_free(ctx);
}

static void expect(const char *text)
{
	ck_assert_msg(strstr(out, text), "\"%s\" is not in\n%s", text, out);
}

static void expect_left(const char *text)
{
	ck_assert_msg(strstr(left, text), "\"%s\" is not in\n%s", text, left);
	ck_assert_msg(strstr(out, text), "\"%s\" is not in\n%s", text, out);
}

/* dahdi_genconf's style, one E1 to a provider and one to a PBX */
START_TEST(two_e1_become_two_trunks)
{
	convert("# Span 1: TE4/0/1 \"T4XXP (PCI) Card 0 Span 1\" (MASTER)\n"
		"span=1,1,0,ccs,hdb3,crc4\n"
		"# termtype: te\n"
		"bchan=1-15,17-31\n"
		"dchan=16\n"
		"echocanceller=mg2,1-15,17-31\n"
		"span=2,0,3,ccs,hdb3\n"
		"bchan=32-46,48-62\n"
		"hardhdlc=47\n"
		"loadzone\t= de\n"
		"defaultzone\t= de\n",
		"[trunkgroups]\n"
		"\n"
		"[channels]\n"
		"; the provider\n"
		"group=0,11\n"
		"context=from-pstn\n"
		"switchtype = euroisdn\n"
		"signalling = pri_cpe\n"
		"overlapdial = yes\n"
		"pritimer => t309,60000\n"
		"channel => 1-15,17-31\n"
		"context=from-pbx\n"
		"overlapdial = no\n"
		"echocancel = no\n"
		"signalling = pri_net\n"
		"rxgain = -3\n"
		"priexclusive = yes\n"
		"inbanddisconnect = yes\n"
		"channel => 32-46,48-62\n");
	expect("\nspan e1-1\n driver dahdi\n dahdi span 1\n type e1\n framing ccs\n coding hdb3\n"
	       " crc4\n clock-priority 1\n echo-canceller mg2\n tone-zone de\n");
	expect("\nspan e1-2\n driver dahdi\n dahdi span 2\n type e1\n framing ccs\n coding hdb3\n"
	       " line-build-out 3\n hardhdlc\n tone-zone de\n rx-gain -3\n");
	expect("\ntrunk from-pstn\n protocol isdn\n span e1-1\n d-channel 16\n"
	       " channels 1-15,17-31\n side user\n variant euroisdn\n overlap receiving\n"
	       " overlap sending\n timer t309 60\n");
	expect("\ntrunk from-pbx\n protocol isdn\n span e1-2\n d-channel 16\n"
	       " channels 1-15,17-31\n side network\n variant euroisdn\n inband always\n"
	       " channel exclusive\n echo off\n timer t309 60\n");
	ck_assert_str_eq(left, "");
	end();
}
END_TEST

START_TEST(group_of_t1_becomes_one_trunk)
{
	convert("span=1,1,0,esf,b8zs\nspan=2,0,0,esf,b8zs\nspan=3,0,0,esf,b8zs\n"
		"bchan=1-23\ndchan=24\nbchan=25-47\ndchan=48\nbchan=49-72\n",
		"[trunkgroups]\n"
		"trunkgroup => 1,24,48\n"
		"spanmap => 1,1,0\nspanmap => 2,1,1\nspanmap => 3,1,2\n"
		"[channels]\n"
		"switchtype=national\nsignalling=pri_cpe\ngroup=1\ncontext=\n"
		"channel => 1-23\nchannel => 25-47\nchannel => 49-72\n");
	expect("\nspan t1-3\n driver dahdi\n dahdi span 3\n type t1\n framing esf\n coding b8zs\n");
	expect("\ntrunk group-1\n protocol isdn\n"
	       " span t1-1\n interface 0\n d-channel 24\n channels 1-23\n"
	       " span t1-2\n interface 1\n d-channel 24\n channels 1-23\n"
	       " span t1-3\n interface 2\n channels 1-24\n"
	       " side user\n variant ni2\n");
	ck_assert_ptr_null(strstr(strstr(out, "trunk group-1") + 1, "\ntrunk"));
	end();
}
END_TEST

START_TEST(bri_is_known_by_its_coding)
{
	convert("span=1,1,0,ccs,ami,term\nbchan=1,2\nhardhdlc=3\n"
		"span=2,0,0,ccs,ami\nbchan=4-5\nhardhdlc=6\n",
		"[channels]\nswitchtype=euroisdn\ncontext=isdn\n"
		"signalling=bri_cpe\nchannel => 1,2\n"
		"signalling=bri_net_ptmp\nchannel => 4-5\n");
	expect("\nspan bri-1\n driver dahdi\n dahdi span 1\n type bri\n termination\n"
	       " clock-priority 1\n hardhdlc\n");
	expect("\nspan bri-2\n driver dahdi\n dahdi span 2\n type bri\n hardhdlc\n bri-side nt\n");
	expect("\ntrunk isdn\n protocol isdn\n span bri-1\n d-channel 3\n channels 1-2\n"
	       " side user\n");
	expect("\ntrunk isdn-2\n protocol isdn\n span bri-2\n d-channel 3\n channels 1-2\n"
	       " side network\n variant euroisdn\n multipoint\n");
	end();
}
END_TEST

START_TEST(dynamic_span_is_behind_the_others)
{
	convert("span=1,1,0,ccs,hdb3\nbchan=1-15,17-31\ndchan=16\n"
		"dynamic=eth,eth0/00:02:b3:35:43:9c/0,24,0\nbchan=32-54\ndchan=55\n",
		"[channels]\nsignalling=pri_cpe\ncontext=a\nchannel=1-15,17-31\n"
		"context=b\nchannel=>32-54\n");
	expect("\nspan t1-2\n driver dahdi\n dahdi dynamic eth eth0/00:02:b3:35:43:9c/0\n type "
	       "t1\n");
	expect("\ntrunk b\n protocol isdn\n span t1-2\n d-channel 24\n channels 1-23\n");
	end();
}
END_TEST

/* An analog card in front: its channels count, but no `span` line says so. */
START_TEST(analog_channels_in_front_are_passed_over)
{
	convert("fxsks=1-4\nspan=2,1,0,ccs,hdb3\nbchan=5-19,21-35\ndchan=20\n",
		"[channels]\nsignalling=fxs_ks\nchannel => 1-4\n"
		"signalling=pri_cpe\ncontext=x\nchannel => 5-19,21-35\n");
	expect("\ntrunk x\n protocol isdn\n span e1-2\n d-channel 16\n channels 1-15,17-31\n");
	expect_left("system.conf:1: fxsks: analog lines are not there yet");
	expect_left("chan_dahdi.conf:3: channel: signalling \"fxs_ks\" is not there yet");
	end();
}
END_TEST

START_TEST(what_is_left_out_is_told_with_its_line_and_reason)
{
	static const struct {
		const char *line, *told;
	} cases[] = {
		{ "busydetect=yes", "chan_dahdi.conf:1: busydetect: ISDN says busy" },
		{ "busydetect=no", NULL },
		{ "hidecallerid=yes", "chan_dahdi.conf:1: hidecallerid: " },
		{ "pridialplan=national", "chan_dahdi.conf:1: pridialplan: " },
		{ "pridialplan=unknown", NULL },
		{ "pritimer => t200,1000", "chan_dahdi.conf:1: pritimer: \"t200,1000\"" },
		{ "pritimer => t309,900000", "chan_dahdi.conf:1: pritimer: " },
		{ "rxgain=1.5", "chan_dahdi.conf:1: rxgain: gains are whole dB: 2" },
		{ "rxgain=loud", "chan_dahdi.conf:1: rxgain: gains go from" },
		{ "no_such_thing=1", "chan_dahdi.conf:1: no_such_thing: nothing here is like it" },
		{ "#include other.conf", "chan_dahdi.conf:1: #include other.conf: other files" },
		{ "[phones](template)", "chan_dahdi.conf:1: [phones: " },
		{ "trunkgroup => x", "chan_dahdi.conf:1: trunkgroup: " },
		{ "spanmap => 7,1,1", "chan_dahdi.conf:1: spanmap: " },
		{ "channel => 1-15", "chan_dahdi.conf:1: channel: signalling \"\"" },
		{ ";--\nfoo=1\n--;", NULL },
		{ ";---- foo=1 ----", NULL },
		{ "  ; foo=1", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		convert("", cases[i].line);
		if (cases[i].told)
			expect_left(cases[i].told);
		else
			ck_assert_str_eq(left, "");
		end();
	}
}
END_TEST

START_TEST(faults_of_system_conf_are_told)
{
	static const struct {
		const char *line, *told;
	} cases[] = {
		{ "span=1,1,0,ccs", "system.conf:1: span: a span has" },
		{ "span=999,1,0,ccs,hdb3", "system.conf:1: span: a span has" },
		{ "span=1,1,0,ccs,hdb3\nspan=1,1,0,ccs,hdb3", "system.conf:2: span: span 1 was" },
		{ "span=1,1,0,ccs,hdb3,yellow", "system.conf:1: yellow: " },
		{ "bchan=1-15,17-", "system.conf:1: bchan: \"1-15,17-\" is no list" },
		{ "bchan=31-1", "system.conf:1: bchan: " },
		{ "bchan=1-99999", "system.conf:1: bchan: " },
		{ "dynamic=eth,x", "system.conf:1: dynamic: " },
		{ "mtp2=16", "system.conf:1: mtp2: SS7" },
		{ "nonsense=1", "system.conf:1: nonsense: no such line" },
		{ "nonsense", "system.conf:1: nonsense: a line is NAME=VALUE" },
		{ "span=1,1,0,ccs,hdb3", "system.conf:1: span: no trunk: no `channel`" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		convert(cases[i].line, "");
		expect_left(cases[i].told);
		end();
	}
}
END_TEST

/* The result does not pass, and says so itself. */
START_TEST(own_check_has_the_last_word)
{
	convert("span=1,1,0,esf,hdb3\nbchan=1-23\ndchan=24\n", "");
	expect_left("result:0: check: ");
	talloc_free(ctx);
}
END_TEST

START_TEST(octets_of_no_text_do_no_harm)
{
	static const char noise[] =
		"span=\0\377,\033[1m\n=\n=>\n[\n,,,\nspan=1,1,0,\377,\001\nbchan=-\n";
	const struct import_source a = { "a", noise, sizeof(noise) - 1 };
	const struct import_source b = { "b", noise, sizeof(noise) - 1 };

	grammar_init();
	ctx = talloc_new(NULL);
	out = import_text(ctx, &a, &b, &left);
	ck_assert_ptr_nonnull(out);
	for (const char *p = out; *p; p++)
		ck_assert(*p == '\n' || (*p >= ' ' && *p <= '~'));
	talloc_free(ctx);
}
END_TEST

START_TEST(what_is_no_text_file_is_refused)
{
	static const char *const files[] = { "/nowhere/system.conf", "/", "/dev/zero",
					     "/proc/self/cmdline" /* octets 0 */ };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		ck_assert_int_lt(import_files(files[i], "/dev/null"), 0);
		ck_assert_int_lt(import_files("/dev/null", files[i]), 0);
	}
}
END_TEST

UNIT_MAIN("import", two_e1_become_two_trunks, group_of_t1_becomes_one_trunk,
	  bri_is_known_by_its_coding, dynamic_span_is_behind_the_others,
	  analog_channels_in_front_are_passed_over,
	  what_is_left_out_is_told_with_its_line_and_reason, faults_of_system_conf_are_told,
	  own_check_has_the_last_word, octets_of_no_text_do_no_harm,
	  what_is_no_text_file_is_refused)
