using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>One pass over some tokens: what its chunks share. A chunk is a strip of columns for a group of tokens.</summary>
internal unsafe struct RowSparsePass<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Most columns of a strip: their sums stay in the first-level cache.</summary>
    public const int MaxStripColumns = 2048;

    public PackedMatrix Weights;
    public Int8RowTile Int8;

    /// <summary>Where the sets are looked for, or empty where they are given.</summary>
    public View Hidden;

    public ActiveNeurons Active;

    /// <summary>int8: q - z of each active neuron, two of them in an int32.</summary>
    public View Words;

    /// <summary>int8: the scale of each token.</summary>
    public View Scales;

    /// <summary>One for each padded column, or empty.</summary>
    public View Bias;

    public View Multiplier;
    public View Y;
    public Activation Activation;
    public int StripColumns;
    public int TokenGroups;
    public CancellationToken Cancellation;

    /// <summary>Finds the active neurons of one token where they are not given, and rounds them at int8.</summary>
    public static void Prepare(ref RowSparsePass<TWidth, TVector> pass, int t)
    {
        ref var count = ref pass.Active.Counts.RowInt32(0)[t];
        var values = pass.Active.Values.Row(t);
        if (!pass.Hidden.IsEmpty)
        {
            count = ActiveScan.Run(pass.Hidden.Row(t), pass.Hidden.Columns, pass.Active.Indices.RowInt32(t), values);
        }

        if (!pass.Words.IsEmpty)
        {
            var row = RowQuantizer.Run(values, count, RowEncoding.Words, (byte*)pass.Words.RowInt32(t), (count + 1) / 2 * 2);
            pass.Scales.Row(0)[t] = row.Scale;
        }
    }

    [SkipLocalsInit]
    public static void Run(ref RowSparsePass<TWidth, TVector> pass, int chunk)
    {
        const int line = 64;
        var memory = stackalloc byte[(pass.StripColumns * sizeof(float)) + line];
        var sums = (float*)(((nint)memory + line - 1) & -line);
        var (strip, group) = (chunk / pass.TokenGroups, chunk % pass.TokenGroups);
        var first = strip * pass.StripColumns;
        var end = (int)((long)pass.Y.Rows * (group + 1) / pass.TokenGroups);
        for (var t = (int)((long)pass.Y.Rows * group / pass.TokenGroups); t < end; t++)
        {
            pass.Cancellation.ThrowIfCancellationRequested();
            pass.RunStrip(t, first, sums);
        }
    }

    private readonly void RunStrip(int t, int first, float* sums)
    {
        var indices = Active.Indices.RowInt32(t);
        var count = Active.Counts.RowInt32(0)[t];
        var finish = new Finish { Activation = Activation };
        int columns;
        if (Weights is Int8RowMatrix integers)
        {
            columns = Math.Min(StripColumns, integers.PaddedColumns - first);
            Int8.Sum(integers.Rows + first, integers.Stride, indices, (short*)Words.RowInt32(t), count, (int*)sums, columns);
            Int8.Finish((int*)sums, integers.Scales + first, Scales.Row(0)[t], Bias.Row(0) + first, columns);
        }
        else
        {
            var matrix = (RowMatrix)Weights;
            columns = Math.Min(StripColumns, matrix.PaddedColumns - first);
            new Span<float>(sums, columns).Clear();
            RowTile<TWidth, TVector>.Add(matrix.Rows + first, matrix.Stride, indices, Active.Values.Row(t), count, sums, columns);
            finish.Bias = Bias.IsEmpty ? null : Bias.Row(0) + first;
        }

        for (var c = 0; !finish.IsIdentity && c < columns; c += 2 * TWidth.Lanes)
        {
            PanelFinish<TWidth, TVector>.Run(finish, &sums, c, &sums, 1, c);
        }

        Store(t, first, Math.Min(columns, Y.Columns - first), sums);
    }

    private readonly void Store(int t, int first, int columns, float* sums)
    {
        var y = Y.Row(t) + first;
        if (Multiplier.IsEmpty)
        {
            new ReadOnlySpan<float>(sums, columns).CopyTo(new Span<float>(y, columns));
            return;
        }

        // The multiplier may be the destination itself.
        var multiplier = Multiplier.Row(t) + first;
        var c = 0;
        for (; c <= columns - TWidth.Lanes; c += TWidth.Lanes)
        {
            TWidth.Store(TWidth.Multiply(TWidth.Load(sums + c), TWidth.Load(multiplier + c)), y + c);
        }

        for (; c < columns; c++)
        {
            y[c] = sums[c] * multiplier[c];
        }
    }
}
