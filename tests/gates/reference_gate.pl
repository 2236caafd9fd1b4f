#!/usr/bin/perl
# reference_gate.pl ROOT WORDS: everything that pages and comments of the tree name is there. In pages: files, links and their
# anchors, programs with their options and subcommands, presets, CMake options, targets, tests and gates, citation keys. In
# comments: pages, files below a top-level folder, citation keys. Equations of docs/physics.md in both. WORDS lists what is not
# ours: options of other programs, files that a run makes, and the kinds of references that must have been seen.
use strict;
use warnings FATAL => 'all';

my ($root, $words_file) = @ARGV;
my (%file, %text, %known, %seen, @refusals, %sources_of, %anchors);
my $folders = join '|', qw(runtime codegen trainer models bench tests base physics tools cmake docs scripts findings);
my $extensions = 'h|hpp|cpp|c|inc|in|cmake|sh|pl|fbs|gp|md|mjs|csv|json|txt';

sub slurp { my ($path) = @_; local $/; open my $in, '<', $path or die "$path: $!\n"; my $all = <$in>; return $all // '' }
sub note { my ($kind) = @_; $seen{$kind}++ }
sub refuse { my ($place, $expected, $found) = @_; push @refusals, "$place: expected $expected, found $found" }

sub read_tree {
  for my $path (split /\n/, qx(find . \\( -name build -o -name .git -o -path ./tests/gates/fixtures \\) -prune -o -type f -print)) {
    $path =~ s{^\./}{};
    $file{$path} = 1;
    $text{$path} = slurp($path) if $path =~ /\.(?:$extensions)$|(?:^|\/)(?:CMakeLists\.txt|run)$/ && $path !~ /\.csv$/;
  }
}

sub read_words {
  for my $line (split /\n/, slurp($words_file)) {
    $line =~ s/\s*#.*//;
    my ($kind, @words) = split ' ', $line or next;
    $known{$kind}{$_} = 1 for @words;
  }
}

# What the build defines: programs with the folder of their sources, every word of CMake files, presets, tests and gates.
sub read_definitions {
  while (my ($path, $all) = each %text) {
    if ($path =~ /(?:CMakeLists\.txt|\.cmake|\.cmake\.in)$/) {
      $all =~ s/^\s*#.*$//mg;
      my $folder = $path =~ s{/?[^/]*$}{}r;
      $sources_of{$1} = $folder while $all =~ /(?:add_executable|crbrt_add_program)\(\s*(crbrt-[\w-]+)/g;
      $sources_of{"crbrt-bench-$1"} = $folder while $all =~ /crbrt_add(?:_library)?_peer\((\w+)/g;
      $known{gate}{$1} = 1 while $all =~ /crbrt_add_(?:gate|refusal)\((\w+)/g;
      $known{target}{$1} = 1 while $all =~ /(?<![\w.\/-])([\w-]+)(?![\w-]*\.\w)/g;
      $known{option}{$1} = 1 while $all =~ /\b(CRBRT_\w+)/g;
    }
    $known{preset}{$1} = 1 while $path eq 'CMakePresets.json' && $all =~ /"name": "([\w-]+)"/g;
    $known{test}{"$1.$2"} = 1 while $path =~ /\.cpp$/ && $all =~ /\bTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)/g;
    $known{key}{$1} = 1 while $path eq 'docs/references.md' && $all =~ /\*\*\[([\w-]+)\]\*\*/g;
    $known{equation}{$1} = 1 while $path eq 'docs/physics.md' && $all =~ /^    .*\((\d+)\)$/mg;
    $anchors{$path} = anchors_of($all) if $path =~ /\.md$/;
  }
  $known{program}{$_ =~ s{.*/|\.pc\.in$}{}gr} = 1 for grep { /\.pc\.in$/ } keys %file;
}

# The anchors that GitHub makes of headings.
sub anchors_of {
  my ($all) = @_;
  my (%anchor, %count);
  $all =~ s/^```.*?^```//msg;
  while ($all =~ /^#+ (.*)$/mg) {
    my $heading = lc $1;
    $heading =~ s/\[([^\]]*)\]\([^)]*\)/$1/g;
    $heading =~ s/[^\w\s-]//g;
    $heading =~ s/\s/-/g;
    $anchor{$heading . ($count{$heading}++ ? "-" . ($count{$heading} - 1) : '')} = 1;
  }
  return \%anchor;
}

sub exists_in_tree {
  my ($path) = @_;
  $path =~ s{/$}{};
  my $pattern = join '[^/]*', map { quotemeta } split /\*/, $path, -1;
  return 1 if $file{$path} || -d $path || $known{made}{$path};
  return scalar grep { m{(?:^|/)$pattern(?:/|$)} } keys %file;
}

sub is_placeholder { my ($name) = @_; return $name =~ /(?<![A-Za-z])(?!README|CHANGELOG|CONTRIBUTING|ARCHITECTURE|SECURITY|LICENSE)[A-Z]+(?![A-Za-z])|[<>\$]|\.\.\./ }

sub check_links {
  my ($page, $place, $line) = @_;
  while ($line =~ /\]\(([^)\s]+)\)/g) {
    my ($target, $anchor) = split /#/, $1, 2;
    next if $target =~ /^[a-z]+:/;
    note('link');
    my $path = $target eq '' ? $page : ($page =~ s{[^/]*$}{}r) . $target;
    1 while $path =~ s{(^|/)(?!\.\./)[^/]+/\.\./}{$1};
    refuse($place, 'a file', $target), next unless $file{$path} || -d $path;
    refuse($place, "a heading of $path", "#$anchor") if defined $anchor && !($anchors{$path} // {})->{$anchor};
  }
}

sub check_files {
  my ($place, $line, $is_page) = @_;
  my $name = qr{[\w.*<>{}\$-]+};
  my $below_root = qr{(?<![\w/.\$-])((?:$folders)/(?:$name/)*$name)};
  my $with_extension = qr{`((?:$name/)*$name\.(?:$extensions))`};
  while ($line =~ /$below_root/g) { check_file($place, $1) }
  while ($is_page && $line =~ /$with_extension/g) { check_file($place, $1) }
}

sub check_file {
  my ($place, $path) = @_;
  $path =~ s/[.,:;]+$//;
  return if is_placeholder($path);
  note('file');
  refuse($place, 'a file or folder of the tree', $path) unless exists_in_tree($path =~ s/\{.*//r);
}

sub check_citations {
  my ($place, $line, $is_page) = @_;
  my $prose = $is_page && $line !~ /^    / ? $line =~ s/`[^`]*`//gr : '';
  for my $key ($line =~ /\[([a-z][\w-]+)\] (?:Eq\.|Section|Fig)/g, $prose =~ /(?<!\*)\[([a-z][a-z0-9-]{3,})\](?![(\[:])/g) {
    note('key');
    refuse($place, 'a key of docs/references.md', "[$key]") unless $known{key}{$key};
  }
  refuse($place, 'a key of docs/references.md in brackets', $1) while $line =~ /(?<!\[)\b(paper,? (?:Eq\.|Section))/g;
  while ($line =~ /physics\.md(?:\]\([^)]*\))? Eq\. (\d+)(?: (?:to|and) (\d+))?/g) {
    note('equation');
    for my $number (grep { defined } $1, $2) {
      refuse($place, 'an equation of docs/physics.md', "Eq. $number") unless $known{equation}{$number};
    }
  }
}

sub sources_of_program {
  my ($program) = @_;
  my $folders = join '|', map { quotemeta } $sources_of{$program}, qw(tools/cli tools/volume base);
  return map { $text{$_} } grep { m{^(?:$folders)/} && /\.(?:cpp|h)$/ } keys %text;
}

# Every option of a program is on some page.
sub check_documented {
  my ($pages) = @_;
  for my $program (sort keys %sources_of) {
    for my $source (sort grep { m{^\Q$sources_of{$program}\E/[^/]*\.cpp$} } keys %text) {
      while ($text{$source} =~ /(?:option|flag)\w*\(\s*"(--[a-z][\w-]*)"/g) {
        refuse($source, 'a page that explains the option', $1) unless $pages =~ /\Q$1\E(?![\w-])/;
      }
    }
  }
}

# Every option and subcommand of a program of ours stands between quotes in its own sources or in those that programs share.
sub check_command {
  my ($place, $command) = @_;
  while ($command =~ /(?<![\w-])(crbrt-[a-z][\w-]*)(?![\w.-])((?:(?!\bcrbrt-[a-z]|\||`|;).)*)/gs) {
    my ($program, $arguments) = ($1, $2);
    next if $known{program}{$program} || ($known{target}{$program} && !$sources_of{$program});
    note('program');
    refuse($place, 'a program', $program), next unless $sources_of{$program};
    my @sources = sources_of_program($program);
    if ($arguments =~ /^ ([a-z]+)\b(?!\.)/ && grep { /subcommand/ } @sources) {
      note('subcommand');
      refuse($place, "a subcommand of $program", $1) unless grep { /"$1"/ } @sources;
    }
    while ($arguments =~ /(?<![\w-])(--[a-z][\w-]*)/g) {
      note('option of a program');
      refuse($place, "an option of $program", $1) unless $known{foreign}{$1} || grep { /"(?:-\w,)?\Q$1\E[",]/ } @sources;
    }
  }
}

sub check_names {
  my ($place, $line) = @_;
  while ($line =~ /--preset[= ]([\w-]+)/g) {
    note('preset');
    refuse($place, 'a preset', $1) unless $known{preset}{$1} || $1 =~ /^[A-Z]+$/;
  }
  while ($line =~ /-D(CRBRT_\w+)/g) { refuse($place, 'an option of CMake', $1) unless $known{option}{$1} }
  while ($line =~ m{(?:--target |bin/|(?<![\w./-]))([a-z]\w*_(?:bench|test|fuzz))\b(?!\.)}g) {
    note('target');
    refuse($place, 'a target of CMake', $1) unless $known{target}{$1};
  }
  while ($line =~ /`gate\.(\w+)`/g) { note('gate'); refuse($place, 'a gate', "gate.$1") unless $known{gate}{$1} }
  while ($line =~ /`([A-Z*]\w*\*?\.\*?[A-Z]\w*\*?)`/g) {
    my $name = $1;
    next if exists_in_tree($name);
    note('test');
    my $pattern = join '.*', map { quotemeta } split /\*/, $name, -1;
    refuse($place, 'a test', $name) unless grep { /^$pattern$/ } keys %{$known{test}};
  }
}

sub check_script {
  my ($place, $command) = @_;
  while ($command =~ m{(?<![\w/.-])(scripts/\w+\.sh)((?:(?!\bcrbrt-|\||`|;|\().)*)}g) {
    my ($script, $arguments) = ($1, $2);
    next if !$file{$script} || $text{$script} =~ /"\$@"/;  # hands its arguments on
    while ($arguments =~ /(?<![\w-])(--[a-z][\w-]*)/g) {
      note('option of a script');
      refuse($place, "an option of $script", $1) unless $text{$script} =~ /\Q$1\E(?![\w-])/;
    }
  }
}

# Options that stand alone, as in a table, belong to some program or script of ours, or to one that WORDS names.
sub check_lone_options {
  my ($place, $line, $all_sources) = @_;
  while ($line =~ /`(--[a-z][\w-]*)/g) {
    note('option');
    refuse($place, 'an option of a program or script', $1)
      unless $known{foreign}{$1} || index($all_sources, "\"$1\"") >= 0 || $all_sources =~ /\Q$1\E[ )|]/;
  }
}

sub check_page {
  my ($page, $all_sources) = @_;
  my ($number, $command) = (0, '');
  for my $line (split /\n/, $text{$page}) {
    my $place = "$page:" . ++$number;
    check_links($page, $place, $line);
    check_files($place, $line, 1);
    check_citations($place, $line, 1);
    check_names($place, $line);
    check_lone_options($place, $line, $all_sources);
    $command .= $line;
    next if $command =~ s/\\$/ /;
    check_command($place, $command);
    check_script($place, $command);
    $command = '';
  }
}

sub check_comments {
  my ($path) = @_;
  my $number = 0;
  for my $line (split /\n/, $text{$path}) {
    my $place = "$path:" . ++$number;
    next unless $line =~ m{(?://|/\*|^ \*|#)(.*)} || ($path =~ /\.cpp$/ && $line =~ /^\s*"(.*)/);
    my $comment = $1;
    check_files($place, $comment, 0) unless $comment =~ /^\s*include\b/;
    check_citations($place, $comment, 0);
    while ($comment =~ m{(?<![\w/.*-])(?!/)([\w/-]+\.md)\b}g) {
      next if is_placeholder($1);
      note('page');
      refuse($place, 'a page', $1) unless exists_in_tree($1);
    }
  }
}

read_words();
chdir $root or die "$root: $!\n";
read_tree();
read_definitions();
my @pages = sort grep { /\.md$/ } keys %text;
my @sources = sort grep { !/\.md$/ && !m{^tests/golden/|\.json$} } keys %text;
my $all_sources = join "\n", map { $text{$_} } grep { /\.(?:cpp|sh|mjs)$/ } @sources;
check_page($_, $all_sources) for @pages;
check_comments($_) for @sources;
check_documented(join "\n", map { $text{$_} } @pages);
print "$_\n" for @refusals;
for my $kind (sort keys %{$known{must_see}}) {
  next if $seen{$kind =~ s/_/ /gr};
  print "no $kind was seen: nothing was checked\n";
  exit 2;
}
print scalar(@pages), " pages, ", scalar(@sources), " other files: ", join(', ', map { "$seen{$_} x $_" } sort keys %seen), "\n";
exit(@refusals ? 1 : 0);
