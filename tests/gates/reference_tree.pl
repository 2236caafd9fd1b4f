# SPDX-License-Identifier: Apache-2.0
# What reference_gate.pl finds things in: the files of the tree with their text, and what the build, the tests and the pages define.
use strict;
use warnings FATAL => 'all';

our (%file, %text);       # every file; the text of those that are read
our (%known);             # words by kind: {program}, {option} of CMake, {preset}, {target}, {test}, {gate}, {key}, {equation}, {made}, ...
our (%sources_of);        # folder of each program
our (%anchors);           # of each page
our $extensions = 'h|hpp|cpp|c|inc|in|cmake|sh|pl|fbs|gp|md|mjs|csv|json|txt';

sub slurp { my ($path) = @_; local $/; open my $in, '<', $path or die "$path: $!\n"; my $all = <$in>; return $all // '' }

sub read_tree {
  for my $path (split /\n/, qx(find . \\( -name build -o -name .git -o -path ./tests/gates/fixtures \\) -prune -o -type f -print)) {
    $path =~ s{^\./}{};
    $file{$path} = 1;
    $text{$path} = slurp($path) if $path =~ /\.(?:$extensions)$|(?:^|\/)(?:CMakeLists\.txt|run)$/ && $path !~ /\.csv$/;
  }
}

sub read_words {
  my ($path) = @_;
  for my $line (split /\n/, slurp($path)) {
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

sub sources_of_program {
  my ($program) = @_;
  my $folders = join '|', map { quotemeta } $sources_of{$program}, qw(tools/cli tools/volume base);
  return map { $text{$_} } grep { m{^(?:$folders)/} && /\.(?:cpp|h)$/ } keys %text;
}

1;
