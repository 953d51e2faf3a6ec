using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>The checks that every row-sparse version makes before it writes anything.</summary>
internal static unsafe class RowSparseArguments
{
    public static NotSupportedException UnknownPrecision(string version, Precision precision) =>
        new($"{version} has no row-sparse {precision} matrices; it has {Precision.Float32} and {Precision.Int8}");

    public static void CheckRun(View hidden, PackedMatrix weights, in Epilogue epilogue, View y)
    {
        ArgumentNullException.ThrowIfNull(weights);
        weights.ThrowIfDisposed();
        hidden.Require(nameof(hidden), y.Rows, weights.InputWidth);
        CheckOutput(weights, epilogue, y);
    }

    public static void CheckRun(in ActiveNeurons active, PackedMatrix weights, in Epilogue epilogue, View y)
    {
        ArgumentNullException.ThrowIfNull(weights);
        weights.ThrowIfDisposed();
        active.Counts.Require("active.Counts", 1, y.Rows, ElementType.Int32);
        active.Indices.Require("active.Indices", y.Rows, active.Indices.Columns, ElementType.Int32);
        active.Values.Require("active.Values", y.Rows, active.Indices.Columns);
        CheckOutput(weights, epilogue, y);
        for (var t = 0; t < y.Rows && !active.Counts.IsOnDevice; t++)
        {
            var count = active.Counts.RowInt32(0)[t];
            if (count < 0 || count > active.Indices.Columns)
            {
                throw new ShapeMismatchException("active.Counts", $"0 to {active.Indices.Columns}", $"{count} for token {t}");
            }

            CheckIndices(active.Indices.RowInt32(t), count, weights.InputWidth, t);
        }
    }

    private static void CheckOutput(PackedMatrix weights, in Epilogue epilogue, View y)
    {
        y.Require(nameof(y), y.Rows, weights.OutputWidth);
        if (!epilogue.Bias.IsEmpty)
        {
            epilogue.Bias.Require("bias", 1, weights.OutputWidth);
        }

        if (!epilogue.Multiplier.IsEmpty)
        {
            epilogue.Multiplier.Require("multiplier", y.Rows, weights.OutputWidth);
        }
    }

    private static void CheckIndices(int* indices, int count, int inputWidth, int token)
    {
        var i = 0;
        while (i + Vector256<int>.Count < count
            && Vector256.LessThanAll(Vector256.Load(indices + i), Vector256.Load(indices + i + 1)))
        {
            i += Vector256<int>.Count;
        }

        // What is left, or holds the error, is gone over one by one.
        var previous = i == 0 ? -1 : indices[i - 1];
        for (; i < count; i++)
        {
            CheckIndex(indices[i], previous, inputWidth, token);
            previous = indices[i];
        }

        if (count > 0)
        {
            CheckIndex(indices[0], -1, inputWidth, token);
        }
    }

    private static void CheckIndex(int index, int previous, int inputWidth, int token)
    {
        if (index <= previous || index >= inputWidth)
        {
            throw new ShapeMismatchException(
                "active.Indices", $"ascending indices from 0 to {inputWidth - 1}", $"{index} after {(previous < 0 ? "none" : previous)} for token {token}");
        }
    }
}
