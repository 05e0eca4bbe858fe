/* SPDX-License-Identifier: ISC */
#include "flags.h"

#include "absolute.h"

#include <string.h>

/* From the option tables of GCC 12 (gcc --help=separate, common.opt, c.opt), of LLVM 14
 * (clang/include/clang/Driver/Options.td) and from nvcc --help. */
static const char gnu_separate[] =
	"|-o|-x|-A|-B|-D|-F|-G|-I|-J|-L|-T|-U|-V|-b|-e|-l|-u|-z|-R"
	"|-MF|-MT|-MQ|-MJ|-Xlinker|-Xassembler|-Xpreprocessor|-Xclang|-Xanalyzer|-Xflang|-Xf"
	"|-Xopenmp-target|-Xcuda-ptxas|-Xcuda-fatbinary|-Xarch_host|-Xarch_device|-Xthinlto"
	"|-Hd|-Hf|-include|-include-pch|-imacros|-isystem|-isystem-after|-cxx-isystem|-iquote"
	"|-idirafter|-iframework|-iframeworkwithsysroot|-iprefix|-iwithprefix"
	"|-iwithprefixbefore|-iwithsysroot|-isysroot|-imultiarch|-imultilib|-ivfsoverlay"
	"|-fintrinsic-modules-path|-aux-info|-dumpbase|-dumpbase-ext|-dumpdir|-specs|-wrapper"
	"|-param|-arch|-target|-gcc-toolchain|-mllvm|-mmlir|-mthread-model|-framework"
	"|-weak_framework|-weak_library|-bundle_loader|-install_name|-compatibility_version"
	"|-current_version|-exported_symbols_list|-force_load|-filelist|-rpath|-undefined"
	"|-working-directory|-serialize-diagnostics|-index-store-path|-dependency-file"
	"|-dependency-dot|-fdebug-compilation-dir|-module-dependency-dir|-resource-dir"
	"|-header-include-file|-object-file-name|-module-dir|-gen-cdb-fragment-path"
	"|--output|--language|--include|--imacros|--include-directory|--include-directory-after"
	"|--include-prefix|--include-with-prefix|--include-with-prefix-after"
	"|--include-with-prefix-before|--define-macro|--undefine-macro|--assert|--dump"
	"|--dumpbase|--dumpbase-ext|--dumpdir|--param|--prefix|--specs|--std|--sysroot|--target"
	"|--config|--entry|--force-link|--library-directory|--for-linker|--for-assembler"
	"|--serialize-diagnostics|--system-header-prefix|--no-system-header-prefix|--rtlib"
	"|--stdlib|--machine|";

static const char cl_separate[] =
	"|/D|-D|/U|-U|/I|-I|/FI|-FI|/imsvc|-imsvc|/o|-o|/external:I|-external:I"
	"|-Xclang|-mllvm|-target|--target|-winsysroot|/winsysroot|-vctoolsdir|/vctoolsdir"
	"|-diasdkdir|/diasdkdir|-winsdkdir|/winsdkdir|-include|-isystem|-MF|-MT|-MQ|-MJ|-x"
	"|--config|-resource-dir|-working-directory|";

static const char nvcc_separate[] =
	"|-o|--output-file|-odir|--output-directory|-include|--pre-include|-l|--library|-D"
	"|--define-macro|-U|--undefine-macro|-I|--include-path|-isystem|--system-include|-L"
	"|--library-path|-ldir|--library-directory|-cudart|--cudart|-cudadevrt|--cudadevrt"
	"|-ccbin|--compiler-bindir|-allow-unsupported-compiler|-aei|-x|--x|-std|--std|-m"
	"|--machine|-O|--optimize|-Xcompiler|--compiler-options|-Xlinker|--linker-options"
	"|-Xarchive|--archive-options|-Xptxas|--ptxas-options|-Xnvlink|--nvlink-options"
	"|-gencode|--generate-code|-arch|--gpu-architecture|-code|--gpu-code|-maxrregcount"
	"|--maxrregcount|-t|--threads|-optf|--options-file|-MF|--dependency-output|-MT"
	"|--dependency-target-name|-default-stream|--default-stream|-entries|--entries"
	"|-time|--time|-Werror|--Werror|-diag-error|--diag-error|-diag-suppress"
	"|--diag-suppress|-diag-warn|--diag-warn|-idp|--input-drive-prefix|-ddp"
	"|--dependency-drive-prefix|-dp|--drive-prefix|-target-dir|--target-directory"
	"|-split-compile|--split-compile|-keep-dir|--keep-dir|-ftz|--ftz|-prec-div|--prec-div"
	"|-prec-sqrt|--prec-sqrt|-fmad|--fmad|";

bool flag_lists(const char *list, const char *word)
{
	size_t size = strlen(word);
	const char *at = list;

	while ((at = strstr(at + 1, word)))
		if (at[-1] == '|' && at[size] == '|')
			return true;
	return false;
}

bool flag_takes_next(enum driver driver, const char *arg)
{
	if (arg[0] != '-' && arg[0] != '/')
		return false;
	if (driver == DRIVER_CL)
		return flag_lists(cl_separate, arg);
	if (driver == DRIVER_NVCC)
		return flag_lists(nvcc_separate, arg);
	return flag_lists(gnu_separate, arg) || strncmp(arg, "-Xarch_", 7) == 0;
}

/* The options of all three; none of them means something else to another. */
static const char object_flags[] =
	"|-c|--compile|/c|-dc|--device-c|-dw|--device-w|-ptx|--ptx|-cubin"
	"|--cubin|-fatbin|--fatbin|--precompile|";
static const char assembly_flags[] = "|-S|--assemble|";
static const char syntax_flags[] = "|-fsyntax-only|-syntax-only|--syntax-only|/Zs|";
static const char preprocess_flags[] =
	"|-E|--preprocess|-M|-MM|--dependencies|--user-dependencies|/E|/EP|/P|-EP"
	"|--generate-dependencies|--generate-nonsystem-dependencies|-cuda|--cuda"
	"|--analyze|-rewrite-objc|-ast-dump|";
static const char query_flags[] = "|-###|--version|-dumpversion|-dumpfullversion|-dumpmachine"
				  "|-dumpspecs|-dryrun|--dryrun|--help|-help|--target-help|/?|-?"
				  "|-cc1|-cc1as|";

enum compile_mode flag_mode(enum driver driver, const char *arg)
{
	if (arg[0] == '/' && driver != DRIVER_CL)
		return COMPILE_LINK;
	if (flag_lists(query_flags, arg) || strncmp(arg, "-print-", 7) == 0 ||
		strncmp(arg, "--print-", 8) == 0 || strncmp(arg, "--help=", 7) == 0)
		return COMPILE_QUERY;
	if (flag_lists(preprocess_flags, arg))
		return COMPILE_PREPROCESS;
	if (flag_lists(syntax_flags, arg))
		return COMPILE_SYNTAX;
	if (flag_lists(assembly_flags, arg))
		return COMPILE_ASSEMBLY;
	return flag_lists(object_flags, arg) ? COMPILE_OBJECT : COMPILE_LINK;
}

const char *flag_value(const char *arg, const char *names)
{
	const char *at = names + 1, *best = NULL;
	size_t size;

	for (; *at; at += size + 1) {
		size = strcspn(at, "|");
		if (strncmp(arg, at, size) == 0)
			best = arg + size;
	}
	return best;
}

static const char extensions[] =
	"|.c|.C|.cc|.cp|.cxx|.cpp|.CPP|.c++|.C++|.CC|.i|.ii|.m|.mi|.mm|.M|.mii"
	"|.h|.H|.hh|.hp|.hxx|.hpp|.HPP|.h++|.tcc|.cppm|.ccm|.cxxm|.c++m|.ixx|.mpp"
	"|.cu|.cui|.cl|.clcpp|.hip|.S|.s|.sx|.asm"
	"|.f|.for|.ftn|.F|.FOR|.fpp|.FPP|.FTN|.f90|.f95|.f03|.f08|.F90|.F95|.F03|.F08"
	"|.ads|.adb|";

bool flag_is_source(const char *name)
{
	const char *extension = extension_of(name);

	return *extension && flag_lists(extensions, extension);
}
