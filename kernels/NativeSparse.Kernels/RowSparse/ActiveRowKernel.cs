using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// Sums of active rows: a group computes 16 outputs of one token, and each of its threads a stretch of the active rows for 4 of them, so that many rows
/// are asked for at once; the stretches' sums are added in order.
/// </summary>
internal static class ActiveRowKernel
{
    /// <summary>Outputs of a group.</summary>
    public const int Columns = 16;

    private const int Lanes = Columns / 4;

    /// <summary>Threads of a group.</summary>
    public const int Threads = Lanes * TileSums.Runs;

    public static void Run<TFormat, TInput, TWeight>(ActiveRowParameters p, ActiveRowOperands<TWeight> o)
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        var parts = SharedMemory.Allocate<Quad>(TileSums.Runs * Lanes);
        var partValues = parts.Cast<float>();
        var matrix = o.Matrices[0];
        var token = Grid.IdxX;
        var quad = (Grid.IdxY * Lanes) + (Group.IdxX % Lanes);
        var count = o.Counts[token];
        var line = (long)token * p.Width;
        var run = (count + TileSums.Runs - 1) / TileSums.Runs;
        for (var slice = Group.IdxX / Lanes; slice < TileSums.Runs; slice += Group.DimX / Lanes)
        {
            Quad part = default;
            var end = IntrinsicMath.Min((slice + 1) * run, count);
            for (var i = slice * run; i < end && quad < matrix.Stride; i++)
            {
                part.Add(o.Values[line + i], TFormat.WidenWeights(TFormat.LoadWeights(o.Weights, matrix.Start + ((long)o.Indices[line + i] * matrix.Stride) + quad)));
            }

            parts[(slice * Lanes) + (Group.IdxX % Lanes)] = part;
        }

        Group.Barrier();
        var output = (Grid.IdxY * Columns) + Group.IdxX;
        if (Group.IdxX >= Columns || output >= matrix.Columns)
        {
            return;
        }

        var total = 0f;
        for (var slice = 0; slice < TileSums.Runs; slice++)
        {
            total = TFormat.Total(total, partValues[(slice * Columns) + Group.IdxX]);
        }

        var bias = p.HasBias != 0 ? o.Bias[output] : 0;
        var value = TFormat.IsInteger ? ((int)Interop.FloatAsInt(total) * o.ColumnQuanta[output].Scale * o.Scales[token]) + bias : total + bias;
        value = DeviceActivation.Apply(p.Activation, p.Slope, value);
        if (p.HasMultiplier != 0)
        {
            value *= o.Multiplier[((long)token * p.MultiplierStride) + output];
        }

        o.Outputs[((long)token * p.OutputStride) + output] = value;
    }
}
