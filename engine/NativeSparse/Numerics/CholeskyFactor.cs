using System.Numerics;
using System.Runtime.InteropServices;
using NativeSparse.Kernels;

namespace NativeSparse.Numerics;

/// <summary>
/// The Cholesky factor L of a symmetric positive definite matrix, <c>A = L L^T</c>, in double precision, blocked; and solves with it.
/// The leading m x m part of L factors the leading m x m part of A, so one factor solves a whole family of nested problems.
/// </summary>
internal sealed class CholeskyFactor
{
    private const int Block = 64;
    private const int Strip = 32;

    private readonly double[] _lower;
    private readonly int _size;
    private readonly WorkSplitter _splitter;

    private CholeskyFactor(double[] lower, int size, WorkSplitter splitter)
    {
        _lower = lower;
        _size = size;
        _splitter = splitter;
    }

    /// <summary>Factors a matrix in place.</summary>
    /// <param name="matrix"><c>[n, n]</c>; the lower triangle is read and overwritten with L; the strict upper triangle is left undefined.</param>
    /// <param name="size">n.</param>
    /// <param name="splitter">Threads.</param>
    /// <param name="cancellation">Checked for each block of columns.</param>
    /// <exception cref="ArithmeticException">The matrix is not positive definite.</exception>
    public static CholeskyFactor Create(double[] matrix, int size, WorkSplitter splitter, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(matrix.Length, size * size, nameof(matrix));
        var factor = new CholeskyFactor(matrix, size, splitter);
        for (var first = 0; first < size; first += Block)
        {
            cancellation.ThrowIfCancellationRequested();
            var last = Math.Min(size, first + Block);
            factor.FactorDiagonal(first, last);
            splitter.ForRanges(size - last, 16, (start, end) => factor.SolvePanel(first, last, last + start, last + end));
            if (last < size)
            {
                factor.UpdateTrailing(first, last);
            }
        }

        return factor;
    }

    /// <summary>Solves <c>L Y = R</c> in place.</summary>
    /// <param name="right">R, then Y: <c>[n, columns]</c>.</param>
    /// <param name="columns">Number of right-hand sides.</param>
    public void SolveLower(double[] right, int columns) => _splitter.ForRanges(columns, Strip, (first, last) =>
    {
        for (var i = 0; i < _size; i++)
        {
            var row = right.AsSpan((i * columns) + first, last - first);
            SubtractRows(_lower.AsSpan(i * _size, i), right, columns, first, row);
            Divide(row, _lower[(i * _size) + i]);
        }
    });

    /// <summary>Solves <c>L_m^T X = Y</c> for the leading m rows of Y and columns of L.</summary>
    /// <param name="forward">Y: <c>[n, columns]</c>, from <see cref="SolveLower"/>; not changed.</param>
    /// <param name="columns">Number of right-hand sides.</param>
    /// <param name="leading">m.</param>
    /// <returns>X, <c>[m, columns]</c>: the solution of the leading m x m problem.</returns>
    public double[] SolveUpper(double[] forward, int columns, int leading)
    {
        var solution = forward.AsSpan(0, leading * columns).ToArray();
        _splitter.ForRanges(columns, Strip, (first, last) =>
        {
            for (var i = leading - 1; i >= 0; i--)
            {
                var row = solution.AsSpan((i * columns) + first, last - first);
                Divide(row, _lower[(i * _size) + i]);
                for (var k = 0; k < i; k++)
                {
                    SubtractScaled(row, _lower[(i * _size) + k], solution.AsSpan((k * columns) + first, last - first));
                }
            }
        });
        return solution;
    }

    private static void SubtractRows(ReadOnlySpan<double> factors, double[] rows, int stride, int first, Span<double> target)
    {
        for (var k = 0; k < factors.Length; k++)
        {
            SubtractScaled(rows.AsSpan((k * stride) + first, target.Length), factors[k], target);
        }
    }

    private static void SubtractScaled(ReadOnlySpan<double> source, double factor, Span<double> target)
    {
        var wide = MemoryMarshal.Cast<double, Vector<double>>(target);
        var from = MemoryMarshal.Cast<double, Vector<double>>(source);
        var minus = new Vector<double>(-factor);
        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] = Vector.FusedMultiplyAdd(from[i], minus, wide[i]);
        }

        for (var i = wide.Length * Vector<double>.Count; i < target.Length; i++)
        {
            target[i] = Math.FusedMultiplyAdd(source[i], -factor, target[i]);
        }
    }

    private static void Divide(Span<double> row, double divisor)
    {
        for (var i = 0; i < row.Length; i++)
        {
            row[i] /= divisor;
        }
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var wideA = MemoryMarshal.Cast<double, Vector<double>>(a);
        var wideB = MemoryMarshal.Cast<double, Vector<double>>(b);
        var sum = Vector<double>.Zero;
        for (var i = 0; i < wideA.Length; i++)
        {
            sum = Vector.FusedMultiplyAdd(wideA[i], wideB[i], sum);
        }

        var total = Vector.Sum(sum);
        for (var i = wideA.Length * Vector<double>.Count; i < a.Length; i++)
        {
            total = Math.FusedMultiplyAdd(a[i], b[i], total);
        }

        return total;
    }

    private Span<double> Row(int row, int first, int last) => _lower.AsSpan((row * _size) + first, last - first);

    private void FactorDiagonal(int first, int last)
    {
        for (var j = first; j < last; j++)
        {
            var pivot = _lower[(j * _size) + j] - Dot(Row(j, first, j), Row(j, first, j));
            if (!(pivot > 0))
            {
                throw new ArithmeticException($"the matrix is not positive definite: pivot {j} of {_size} is {pivot}");
            }

            var root = Math.Sqrt(pivot);
            _lower[(j * _size) + j] = root;
            for (var i = j + 1; i < last; i++)
            {
                _lower[(i * _size) + j] = (_lower[(i * _size) + j] - Dot(Row(i, first, j), Row(j, first, j))) / root;
            }
        }
    }

    private void SolvePanel(int first, int last, int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            for (var j = first; j < last; j++)
            {
                _lower[(i * _size) + j] = (_lower[(i * _size) + j] - Dot(Row(i, first, j), Row(j, first, j))) / _lower[(j * _size) + j];
            }
        }
    }

    private void UpdateTrailing(int first, int last)
    {
        var (depth, rest) = (last - first, _size - last);
        var turned = new double[depth * rest];
        _splitter.ForRanges(rest, Block, (start, end) =>
        {
            for (var i = start; i < end; i++)
            {
                for (var k = 0; k < depth; k++)
                {
                    turned[(k * rest) + i] = _lower[((last + i) * _size) + first + k];
                }
            }
        });
        _splitter.ForRanges(rest, 4, (start, end) => UpdateRows(turned, rest, depth, first, last, start, end));
    }

    // Rows start..end (at most 4) of the trailing part, columns up to the last row's diagonal: A -= P P^T.
    private void UpdateRows(double[] turned, int rest, int depth, int first, int last, int start, int end)
    {
        var lanes = Vector<double>.Count;
        var column = 0;
        if (end - start == 4)
        {
            var p0 = Row(last + start, first, last);
            var p1 = Row(last + start + 1, first, last);
            var p2 = Row(last + start + 2, first, last);
            var p3 = Row(last + start + 3, first, last);
            for (; column + (2 * lanes) <= rest && column < end; column += 2 * lanes)
            {
                Vector<double> a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default, a3 = default, b3 = default;
                for (var k = 0; k < depth; k++)
                {
                    var left = new Vector<double>(turned, (k * rest) + column);
                    var right = new Vector<double>(turned, (k * rest) + column + lanes);
                    var factor = new Vector<double>(p0[k]);
                    a0 = Vector.FusedMultiplyAdd(factor, left, a0);
                    b0 = Vector.FusedMultiplyAdd(factor, right, b0);
                    factor = new Vector<double>(p1[k]);
                    a1 = Vector.FusedMultiplyAdd(factor, left, a1);
                    b1 = Vector.FusedMultiplyAdd(factor, right, b1);
                    factor = new Vector<double>(p2[k]);
                    a2 = Vector.FusedMultiplyAdd(factor, left, a2);
                    b2 = Vector.FusedMultiplyAdd(factor, right, b2);
                    factor = new Vector<double>(p3[k]);
                    a3 = Vector.FusedMultiplyAdd(factor, left, a3);
                    b3 = Vector.FusedMultiplyAdd(factor, right, b3);
                }

                Subtract(last + start, last + column, a0, b0);
                Subtract(last + start + 1, last + column, a1, b1);
                Subtract(last + start + 2, last + column, a2, b2);
                Subtract(last + start + 3, last + column, a3, b3);
            }
        }

        for (var i = start; i < end; i++)
        {
            var row = Row(last + i, first, last);
            for (var j = column; j <= i; j++)
            {
                _lower[((last + i) * _size) + last + j] -= Dot(row, Row(last + j, first, last));
            }
        }
    }

    private void Subtract(int row, int column, Vector<double> left, Vector<double> right)
    {
        var target = _lower.AsSpan((row * _size) + column, 2 * Vector<double>.Count);
        (new Vector<double>(target) - left).CopyTo(target);
        target = target[Vector<double>.Count..];
        (new Vector<double>(target) - right).CopyTo(target);
    }
}
