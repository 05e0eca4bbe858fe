/* SPDX-License-Identifier: ISC */
/* The subcommands, each in a file of its name. */
#ifndef COMMANDS_H
#define COMMANDS_H

struct command;

extern const struct command cmd_compdb;
extern const struct command cmd_diff;
extern const struct command cmd_dot;
extern const struct command cmd_failed;
extern const struct command cmd_follow;
extern const struct command cmd_flame;
extern const struct command cmd_intoto;
extern const struct command cmd_html;
extern const struct command cmd_list;
extern const struct command cmd_otlp;
extern const struct command cmd_scrub;
extern const struct command cmd_shell;
extern const struct command cmd_show;
extern const struct command cmd_sql;
extern const struct command cmd_summary;
extern const struct command cmd_trace;
extern const struct command cmd_tree;
extern const struct command cmd_verify;

#endif
