% CRBRT_MAP  Quantitative maps from low-rank MR-fingerprinting coefficients.
%
%   maps = crbrt_map (model, coefficients)
%   maps = crbrt_map (model, coefficients, options)
%
% MODEL is the path of a .crbm file. COEFFICIENTS is a single complex array whose last dimension is the rank of the model, such as
% [x, y, z, R] (complex (single (re), single (im))); its scale does not matter. OPTIONS is a struct, whose fields may all be left out:
%
%   mask       logical or numeric of the size of the grid; where it is 0 nothing is computed, and maps are 0
%   sigma      standard deviation of the noise of the real and of the imaginary part of a coefficient, for maps.std
%   precision  'float' (default), or 'integer' for the integer form of a model, whose results are the same bits on every machine
%
% MAPS is a struct: a single array in SI units for every output of the model (maps.t1_apparent_s), their units (maps.units), standard
% deviations (maps.std, with sigma), maps.status (uint8: 0 done, 1 not finite, 2 no signal, 3 outside the model's range, 4 not
% computed, 9 a standard deviation at its limit, which says no more than that), and, where the model has such a score, maps.atypicality and maps.atypicality_threshold.
%
% Estimates and standard deviations are those of the program crbrt-map, bit for bit. A wrong call is an error whose identifier begins with crbrt:.

% SPDX-License-Identifier: Apache-2.0
