using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>One pass over some tokens: what its chunks share. A chunk is a strip of columns for a group of tokens.</summary>
internal unsafe struct RowSparsePass<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    public PackedMatrix Weights;
    public Int8RowTile Int8;

    /// <summary>Where the sets are looked for, or empty where they are given.</summary>
    public View Hidden;

    public ActiveNeurons Active;

    /// <summary>int8: q - z of each active neuron, two of them in an int32.</summary>
    public View Words;

    /// <summary>int8: the scale of each token.</summary>
    public View Scales;

    /// <summary>int8: what the sums of each token begin with, as bytes are weights with an offset.</summary>
    public View Starts;

    /// <summary>One for each padded column, or empty.</summary>
    public View Bias;

    public View Multiplier;
    public View Y;
    public Activation Activation;

    /// <summary>float32 or, before they are finished, int32: one row for each token, padded columns.</summary>
    public View Sums;

    public int StripColumns;

    /// <summary>Rows of weights of which all tokens take their part before the next come.</summary>
    public int BlockRows;

    /// <summary>Whether tokens before have most likely brought a block's rows: nothing is asked for ahead.</summary>
    public bool IsNear;

    public int TokenGroups;
    public CancellationToken Cancellation;

    /// <summary>Finds the active neurons of one token where they are not given, and rounds them at int8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
            var words = (short*)pass.Words.RowInt32(t);
            pass.Scales.Row(0)[t] = RowQuantizer.Run(values, count, RowEncoding.Words, (byte*)words, (count + 1) / 2 * 2).Scale;
            pass.Starts.RowInt32(0)[t] = -Int8RowMatrix.Offset * Sum(words, count);
        }
    }

    /// <summary>
    /// Blocks of rows outside, tokens inside: a block stays in the second-level cache while each token adds what it has active in it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(ref RowSparsePass<TWidth, TVector> pass, int chunk)
    {
        var (strip, group) = (chunk / pass.TokenGroups, chunk % pass.TokenGroups);
        var first = strip * pass.StripColumns;
        var columns = Math.Min(pass.StripColumns, pass.Sums.Columns - first);
        var start = (int)((long)pass.Y.Rows * group / pass.TokenGroups);
        var end = (int)((long)pass.Y.Rows * (group + 1) / pass.TokenGroups);
        var places = stackalloc int[end - start];
        for (var t = start; t < end; t++)
        {
            var value = pass.Starts.IsEmpty ? 0 : pass.Starts.RowInt32(0)[t];
            new Span<int>((int*)(pass.Sums.Row(t) + first), columns).Fill(value);
            places[t - start] = 0;
        }

        for (var row = 0; row < pass.Weights.InputWidth; row += pass.BlockRows)
        {
            pass.Cancellation.ThrowIfCancellationRequested();
            for (var t = start; t < end; t++)
            {
                places[t - start] = pass.Add(t, places[t - start], row + pass.BlockRows, first, columns);
            }
        }

        for (var t = start; t < end; t++)
        {
            pass.Complete(t, first, columns);
        }
    }

    /// <summary>Adds the active rows of a token from a place of its list on to those before <paramref name="endRow"/>; returns where it stopped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly int Add(int t, int place, int endRow, int first, int columns)
    {
        var indices = Active.Indices.RowInt32(t);
        var (total, end) = (Active.Counts.RowInt32(0)[t], place);
        if (endRow >= Weights.InputWidth)
        {
            end = total;
        }

        while (end < total && indices[end] < endRow)
        {
            end++;
        }

        // Pairs are not cut.
        end = Math.Min(end + ((end - place) % 2), total);
        var sums = Sums.Row(t) + first;
        var left = IsNear ? 0 : total - place;
        if (Weights is Int8RowMatrix integers)
        {
            var words = (short*)Words.RowInt32(t) + place;
            Int8.Add(integers.Rows + first, integers.Stride, indices + place, words, end - place, left, (int*)sums, columns);
        }
        else
        {
            var matrix = (RowMatrix)Weights;
            var values = Active.Values.Row(t) + place;
            RowTile<TWidth, TVector>.Add(matrix.Rows + first, matrix.Stride, indices + place, values, end - place, left, sums, columns);
        }

        return end;
    }

    private readonly void Complete(int t, int first, int columns)
    {
        var finish = new Finish { Activation = Activation };
        var sums = Sums.Row(t) + first;
        if (Weights is Int8RowMatrix integers)
        {
            Int8.Finish((int*)sums, integers.Scales + first, Scales.Row(0)[t], Bias.Row(0) + first, columns);
        }
        else
        {
            finish.Bias = Bias.IsEmpty ? null : Bias.Row(0) + first;
        }

        for (var c = 0; !finish.IsIdentity && c < columns; c += 2 * TWidth.Lanes)
        {
            PanelFinish<TWidth, TVector>.Run(finish, &sums, c, &sums, 1, c);
        }

        Store(t, first, Math.Min(columns, Y.Columns - first), sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Sum(short* words, int count)
    {
        var (i, sums) = (0, Vector256<int>.Zero);
        for (; i <= count - Vector256<short>.Count; i += Vector256<short>.Count)
        {
            sums += PairProducts.Sum(Vector256.Load(words + i), Vector256<short>.One);
        }

        var sum = Vector256.Sum(sums);
        for (; i < count; i++)
        {
            sum += words[i];
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
