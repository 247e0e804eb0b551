/* The ways of emergency calls and calls back, for the files of this folder. */
#pragma once

#include <stdbool.h>

#include "call/target.h"

struct call;
struct call_back;
struct emergency;
struct route_config;
struct call_event;

/* An emergency call, or a call back, goes its own way: true. */
bool emergency_way_find(struct call *call);
/* To the next way that takes the emergency call, or WAITING, or the end. */
void emergency_way_advance(struct call *call);
/* The leg in charge cleared early. */
void emergency_way_refused(struct call *call, const struct call_event *event);
/* WAITING is over. */
void emergency_way_again(struct call *call);
/* The numbers that ways are told of such a call, as a route's rules; without targets. */
void emergency_way_route(const struct emergency *emergency, enum target_kind kind, const char *from,
			 const char *called, struct route_config *out);
/* The same of a call back; with its target. */
void emergency_way_back_route(const struct call_back *back, struct route_config *out);
/* The call ends, whatever it was. */
void emergency_way_end(const struct call *call);
