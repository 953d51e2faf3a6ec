using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>The last, partly filled panel: its sums live on the stack, so that nothing beyond the caller's columns is read or written.</summary>
internal static unsafe class PanelTail
{
    public static void Point(float* values, int panel, float** rows, int count)
    {
        for (var r = 0; r < count; r++)
        {
            rows[r] = values + (r * panel);
        }
    }

    /// <summary>Starts the sums with the caller's values, or with zeros where <paramref name="source"/> is null.</summary>
    public static void Load(float** source, in PanelShape shape, float** rows, int count)
    {
        var start = (shape.Panels - 1) * shape.Panel;
        for (var r = 0; r < count; r++)
        {
            var row = new Span<float>(rows[r], shape.Panel);
            row.Clear();
            if (source is not null)
            {
                new ReadOnlySpan<float>(source[r] + start, shape.OutputWidth - start).CopyTo(row);
            }
        }
    }

    /// <summary>Finishes the sums and copies the real columns to the caller's rows.</summary>
    [SkipLocalsInit]
    public static void Finish<TWidth, TVector>(in Finish finish, in PanelShape shape, float** rows, int count, float** y)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct
    {
        var start = (shape.Panels - 1) * shape.Panel;
        var width = shape.OutputWidth - start;
        var bias = stackalloc float[shape.Panel];
        if (finish.Bias is not null)
        {
            var padded = new Span<float>(bias, shape.Panel);
            padded.Clear();
            new ReadOnlySpan<float>(finish.Bias + start, width).CopyTo(padded);
        }

        var padding = finish with { Bias = finish.Bias is null ? null : bias, Multiplier = null };
        if (!padding.IsIdentity)
        {
            PanelFinish<TWidth, TVector>.Run(padding, rows, 0, rows, count, 0);
        }

        for (var r = 0; r < count; r++)
        {
            for (var c = 0; c < width; c++)
            {
                y[r][start + c] = finish.Multiplier is null ? rows[r][c] : rows[r][c] * finish.Multiplier[r][start + c];
            }
        }
    }
}
