% crbrt_map in Octave against the program crbrt-map: the same bits, masks, flags, and errors in words.
%   octave-cli crbrt_map_test.m FOLDER_OF_MEX PROGRAMS SOURCES SCRATCH
1;

function data = nifti (path, kind)
  file = fopen (path, 'r', 'ieee-le');
  fseek (file, 108, 'bof');
  offset = fread (file, 1, 'single');
  fseek (file, offset, 'bof');
  data = fread (file, Inf, ['*', kind]);
  fclose (file);
endfunction

function expect_error (identifier, words, varargin)
  try
    crbrt_map (varargin{:});
  catch problem
    assert (problem.identifier, identifier);
    for i = 1:numel (words)
      assert (! isempty (strfind (problem.message, words{i})), problem.message);
    endfor
    return;
  end_try_catch
  error ('no error where %s was expected', identifier);
endfunction

[mex, programs, sources, scratch] = argv (){:};
addpath (mex);
model = [sources, '/models/brain_v2/brain_v2.crbm'];
rand ('seed', 1);
c = complex (single (rand (5, 4, 3, 13) - 0.5), single (rand (5, 4, 3, 13) - 0.5));
c(2, 3, 1, 5) = NaN;
c(4, 4, 2, :) = 0;

header = fopen ([scratch, '/in.hdr'], 'w');
fprintf (header, '# Dimensions\n5 4 3 1 1 1 13\n');
fclose (header);
file = fopen ([scratch, '/in.cfl'], 'w', 'ieee-le');
fwrite (file, [real(c(:)), imag(c(:))].', 'single');
fclose (file);

outputs = {'m0_semi_frac', 't1_apparent_s', 't2_free_s'};
files = {'m0_semi_frac', 'T1map', 'T2map'};
for precision = {'float', 'integer'}
  maps = crbrt_map (model, c, struct ('precision', precision{1}));
  out = [scratch, '/', precision{1}];
  option = {'f32', 'integer'}{1 + strcmp (precision{1}, 'integer')};
  [code, text] = system (sprintf ('"%s/crbrt-map" --model "%s" --input "%s/in.cfl" --out "%s" --no-std --precision %s 2>&1',
                                  programs, model, scratch, out, option));
  assert (code, 0, text);
  for i = 1:3
    assert (size (maps.(outputs{i})), [5, 4, 3]);
    assert (class (maps.(outputs{i})), 'single');
    assert (typecast (maps.(outputs{i})(:), 'uint32'), typecast (nifti ([out, '/', files{i}, '.nii'], 'single'), 'uint32'));
  endfor
  assert (maps.status(:), nifti ([out, '/status.nii'], 'uint8'));
endfor
assert (maps.units.t1_apparent_s, 's');
assert ([maps.status(2, 3, 1), maps.status(4, 4, 2)], uint8 ([1, 2]));

% Standard deviations and score are there, and those of the estimates' grid.
all_of_them = crbrt_map (model, c, struct ('sigma', 0.02));
assert (size (all_of_them.std.t2_free_s), [5, 4, 3]);
assert (all (all_of_them.std.t2_free_s(all_of_them.status == 0) > 0));
out = [scratch, '/std'];
[code, text] = system (sprintf ('"%s/crbrt-map" --model "%s" --input "%s/in.cfl" --out "%s" --sigma 0.02 2>&1', programs, model, scratch, out));
assert (code, 0, text);
for i = 1:3
  assert (typecast (all_of_them.std.(outputs{i})(:), 'uint32'), typecast (nifti ([out, '/', files{i}, '_std.nii'], 'single'), 'uint32'));
endfor
assert (all_of_them.status(:), nifti ([out, '/status.nii'], 'uint8'));
assert (any (all_of_them.status(:) == 9)); % standard deviations at a limit of the model's
assert (isscalar (all_of_them.atypicality_threshold) && size (all_of_them.atypicality, 2) == 4);

% A mask of any kind of numbers leaves the others alone.
inside = mod (reshape (1:60, 5, 4, 3), 3) != 0;
nan_outside = double (inside);
nan_outside(! inside) = NaN;
for mask = {inside, double(inside) * 7, uint8(inside), nan_outside}
  maps = crbrt_map (model, c, struct ('mask', mask{1}, 'sigma', 0.02));
  assert (maps.t1_apparent_s(inside), all_of_them.t1_apparent_s(inside));
  assert (maps.std.t1_apparent_s(inside), all_of_them.std.t1_apparent_s(inside));
  assert (all (maps.status(! inside) == 4) && all (maps.t1_apparent_s(! inside) == 0));
endfor

% Grids of other numbers of dimensions, more voxels than a batch among them.
one = crbrt_map (model, squeeze (c(1, 1, 1, :)).');
assert (one.t1_apparent_s, all_of_them.t1_apparent_s(1, 1, 1));
many = crbrt_map (model, repmat (reshape (c, 60, 13), 100, 1));
assert (many.t2_free_s, repmat (all_of_them.t2_free_s(:), 100, 1));

expect_error ('crbrt:arguments', {'model file'}, model);
expect_error ('crbrt:arguments', {'path'}, 7, c);
expect_error ('crbrt:arguments', {'single complex'}, model, real (c));
expect_error ('crbrt:arguments', {'single complex'}, model, double (c));
expect_error ('crbrt:model', {'none.crbm', 'expected a model'}, 'none.crbm', c);
expect_error ('crbrt:model', {'crbrt1142.json'}, [sources, '/models/protocol/crbrt1142.json'], c);
expect_error ('crbrt:size', {'13', 'found 12'}, model, c(:, :, :, 1:12));
expect_error ('crbrt:mask', {'dimension 2', 'expected 4', 'found 3'}, model, c, struct ('mask', ones (5, 3, 3)));
expect_error ('crbrt:mask', {'logical'}, model, c, struct ('mask', 'abc'));
expect_error ('crbrt:mask', {'found 0.3', 'mask >= 0.5'}, model, c, struct ('mask', 0.3 * inside));
expect_error ('crbrt:mask', {'found -1'}, model, c, struct ('mask', -double (inside)));
expect_error ('crbrt:sigma', {'above 0'}, model, c, struct ('sigma', -1));
expect_error ('crbrt:sigma', {'above 0'}, model, c, struct ('sigma', NaN));
expect_error ('crbrt:precision', {'integer'}, model, c, struct ('precision', 'half'));
expect_error ('crbrt:precision', {'integer form'}, [sources, '/models/brain_v2_all/brain_v2_all.crbm'], c, struct ('precision', 'integer'));
expect_error ('crbrt:options', {'sgima'}, model, c, struct ('sgima', 1));
expect_error ('crbrt:options', {'struct'}, model, c, 7);
disp ('all claims hold');

% SPDX-License-Identifier: Apache-2.0
