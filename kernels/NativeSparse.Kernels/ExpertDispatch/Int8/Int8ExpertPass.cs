using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>One pass over some tokens in five steps; every step is cut into chunks that may run on any thread.</summary>
internal unsafe struct Int8ExpertPass<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Most rows of one block of a bin.</summary>
    public const int MaxRows = 96;

    /// <summary>Tokens of one chunk of the steps that walk tokens.</summary>
    public const int ChunkTokens = 16;

    /// <summary>Weights of the whole down product that all tokens pass over before the next ones come.</summary>
    private const int WholeBytes = 512 << 10;

    public View X;
    public View Y;
    public ExpertBins Bins;
    public Int8Experts Experts;
    public QuantizedRows Inputs;

    /// <summary>One row for each pair.</summary>
    public View Hidden;

    /// <summary>The up products of gated experts before the gate.</summary>
    public View Ungated;

    /// <summary>Rounded hidden rows of the pairs; unused where a token keeps its own (<see cref="Blocks"/>).</summary>
    public QuantizedRows HiddenInputs;

    /// <summary>
    /// Narrow experts: for each token its int32 sums, then its s8 hidden values by expert, so that one pointer serves both; otherwise empty.
    /// </summary>
    public View Blocks;

    /// <summary>Narrow experts: where the sums of a token start, -128 times the sum of its hidden values.</summary>
    public View Starts;

    /// <summary>The scale of all hidden values of a token.</summary>
    public View TokenScales;

    /// <summary>int32, one row of whole panels for each token.</summary>
    public View Sums;

    /// <summary>For tiles that multiply whole blocks: room for the rows of one, for each chunk of the up step.</summary>
    public QuantizedRows Gathered;

    /// <summary>Whether the down product is one product of all tokens and experts.</summary>
    public bool IsDownWhole;

    public int UpGroups;
    public int UpChunks;
    public int DownChunks;
    public CancellationToken Cancellation;

    public static void RunRounding(ref Int8ExpertPass<TWidth, TVector> pass, int chunk)
    {
        for (var t = chunk * ChunkTokens; t < Math.Min((chunk + 1) * ChunkTokens, pass.X.Rows); t++)
        {
            pass.Inputs.Quantize(t, pass.X.Row(t));
        }
    }

    public static void RunUp(ref Int8ExpertPass<TWidth, TVector> pass, int chunk)
    {
        var items = pass.Bins.Blocks * pass.UpGroups;
        var end = (int)((long)items * (chunk + 1) / pass.UpChunks);
        for (var item = (int)((long)items * chunk / pass.UpChunks); item < end; item++)
        {
            pass.Cancellation.ThrowIfCancellationRequested();
            var group = item % pass.UpGroups;
            var panels = pass.Experts.UpPanels;
            var block = pass.Bins[item / pass.UpGroups];
            var (first, last) = (panels * group / pass.UpGroups, panels * (group + 1) / pass.UpGroups);
            if (block.Rows >= pass.Experts.Tile.LeastBlockRows)
            {
                pass.GoUpGathered(block, first, last, chunk * MaxRows);
            }
            else
            {
                pass.GoUp(block, first, last);
            }
        }
    }

    public static void RunHiddenRounding(ref Int8ExpertPass<TWidth, TVector> pass, int chunk)
    {
        for (var t = chunk * ChunkTokens; t < Math.Min((chunk + 1) * ChunkTokens, pass.X.Rows); t++)
        {
            pass.RoundHidden(t);
        }
    }

    public static void RunDown(ref Int8ExpertPass<TWidth, TVector> pass, int chunk)
    {
        var panels = pass.Experts.DownPanels;
        var (first, end) = (panels * chunk / pass.DownChunks, panels * (chunk + 1) / pass.DownChunks);
        if (pass.IsDownWhole)
        {
            pass.GoDownWhole(first, end);
            return;
        }

        var columns = pass.Experts.Tile.Columns;
        for (var t = 0; t < pass.X.Rows; t++)
        {
            new Span<int>(pass.SumsOf(t) + (first * columns), (end - first) * columns)
                .Fill(pass.Starts.IsEmpty ? 0 : pass.Starts.RowInt32(0)[t]);
        }

        for (var b = 0; b < pass.Bins.Blocks; b++)
        {
            pass.Cancellation.ThrowIfCancellationRequested();
            if (pass.Experts.Narrow is null)
            {
                pass.GoDown(pass.Bins[b], first, end);
            }
            else
            {
                pass.GoDownNarrow(pass.Bins[b], first, end);
            }
        }
    }

    public static void RunFinish(ref Int8ExpertPass<TWidth, TVector> pass, int chunk)
    {
        for (var t = chunk * ChunkTokens; t < Math.Min((chunk + 1) * ChunkTokens, pass.X.Rows); t++)
        {
            pass.Finish(t);
        }
    }

    /// <summary>hidden = weight act(x up + b), or weight act(x gate + c) (x up + b), for some panels of one block.</summary>
    [SkipLocalsInit]
    private void GoUp(in ExpertBins.Block block, int first, int end)
    {
        var inputs = stackalloc byte*[MaxRows];
        var scales = stackalloc float[MaxRows];
        var zeros = stackalloc int[MaxRows];
        var hidden = stackalloc float*[MaxRows];
        var ungated = stackalloc float*[MaxRows];
        var sums = stackalloc float*[MaxRows];
        var columns = Experts.Tile.Columns;
        var values = stackalloc float[block.Rows * columns];
        PanelTail.Point(values, columns, sums, block.Rows);
        var tokens = Bins.Tokens(block.FirstPair);
        for (var r = 0; r < block.Rows; r++)
        {
            inputs[r] = Inputs.Row(tokens[r]);
            scales[r] = Inputs.Scales(tokens[r])[0];
            zeros[r] = Inputs.Zeros(tokens[r])[0];
            hidden[r] = Hidden.Row(block.FirstPair + r);
            ungated[r] = Ungated.Row(block.FirstPair + r);
        }

        var call = new Int8TileCall
        {
            Rows = inputs,
            RowCount = block.Rows,
            InputBytes = Inputs.InputBytes,
            RowScales = scales,
            RowZeros = zeros,
        };
        var finish = new Finish { Activation = Experts.Activation, RowScale = Bins.Weights(block.FirstPair) };
        if (Experts.IsGated)
        {
            Multiply(ref call, Experts.Up(block.Expert), Experts.UpBias(block.Expert), first, end, sums, default, ungated);
            finish.Multiplier = ungated;
            Multiply(ref call, Experts.Gate(block.Expert), Experts.GateBias(block.Expert), first, end, sums, finish, hidden);
        }
        else
        {
            Multiply(ref call, Experts.Up(block.Expert), Experts.UpBias(block.Expert), first, end, sums, finish, hidden);
        }
    }

    /// <summary>The same for a tile that multiplies whole blocks: rows are brought together first.</summary>
    private void GoUpGathered(in ExpertBins.Block block, int first, int end, int place)
    {
        var tokens = Bins.Tokens(block.FirstPair);
        for (var r = 0; r < block.Rows; r++)
        {
            Inputs.CopyTo(tokens[r], Gathered, place + r);
        }

        var rows = Gathered.Block(place, block.Rows);
        var hidden = Hidden.Slice(block.FirstPair, block.Rows);
        var weights = Bins.Weights(block.FirstPair);
        var up = new Epilogue { Bias = Bias(Experts.UpBias(block.Expert)) };
        if (!Experts.IsGated)
        {
            up = up with { Activation = Experts.Activation };
            Int8Panels<TWidth, TVector>.Run(rows, Experts.Up(block.Expert), first, end, up, weights, hidden);
            return;
        }

        var ungated = Ungated.Slice(block.FirstPair, block.Rows);
        Int8Panels<TWidth, TVector>.Run(rows, Experts.Up(block.Expert), first, end, up, null, ungated);
        var gate = new Epilogue { Bias = Bias(Experts.GateBias(block.Expert)), Activation = Experts.Activation, Multiplier = ungated };
        Int8Panels<TWidth, TVector>.Run(rows, Experts.Gate(block.Expert), first, end, gate, weights, hidden);
    }

    private readonly View Bias(float* values) => View.Create((nint)values, 1, Hidden.Columns);

    private static void Multiply(
        ref Int8TileCall call, Int8Matrix matrix, float* bias, int first, int end, float** sums, in Finish whole, float** outputs)
    {
        call.IsGelu = matrix.Tile.HasGelu && whole.Activation.Kind == ActivationKind.Gelu;
        var finish = call.IsGelu ? whole with { Activation = default } : whole;
        for (var panel = first; panel < end; panel++)
        {
            var column = panel * matrix.Tile.Columns;
            call.Weights = matrix.Panel(panel);
            call.ColumnScales = matrix.Scales(panel);
            call.ColumnSums = matrix.Sums(panel);
            call.Biases = bias + column;
            call.Ahead = panel + 1 < end ? matrix.Panel(panel + 1) : null;
            call.Outputs = finish.IsIdentity ? outputs : sums;
            call.Column = finish.IsIdentity ? column : 0;
            matrix.Tile.Run(call);
            if (!finish.IsIdentity)
            {
                PanelFinish<TWidth, TVector>.Run(finish, sums, 0, outputs, call.RowCount, column);
            }
        }
    }

    private readonly void RoundHidden(int token)
    {
        var pairs = Bins.PairsOf(token);
        var magnitude = default(RowMagnitude);
        foreach (var pair in pairs)
        {
            magnitude.Add(Hidden.Row(pair), Experts.Width(Bins.Expert(pair)));
        }

        var row = QuantizedRow.OfMagnitude(magnitude.Value, out var inverse);
        TokenScales.Row(0)[token] = row.Scale;
        if (Experts.Narrow is not null)
        {
            StoreNarrow(token, row, inverse);
            return;
        }

        foreach (var pair in pairs)
        {
            HiddenInputs.Store(pair, Hidden.Row(pair), Experts.Width(Bins.Expert(pair)), row, inverse);
        }
    }

    private readonly int* SumsOf(int token) => Blocks.IsEmpty ? Sums.RowInt32(token) : Blocks.RowInt32(token);

    private readonly sbyte* HiddenOf(int token, int expert) =>
        (sbyte*)(Blocks.RowInt32(token) + Experts.SumStride) + ((nint)expert * Experts.Narrow!.Depth);

    private readonly void StoreNarrow(int token, QuantizedRow row, float inverse)
    {
        if (IsDownWhole)
        {
            new Span<sbyte>(HiddenOf(token, 0), Experts.Narrow!.TotalDepth).Clear();
        }

        var sum = 0;
        foreach (var pair in Bins.PairsOf(token))
        {
            var expert = Bins.Expert(pair);
            var depth = Experts.Narrow!.Depth;
            var hidden = HiddenOf(token, expert);
            RowQuantizer.Store(Hidden.Row(pair), Experts.Width(expert), row, inverse, RowEncoding.SignedBytes, (byte*)hidden, depth);
            sum += Sum(hidden, depth);
        }

        Starts.RowInt32(0)[token] = -QuantizedRow.Middle * sum;
    }

    /// <summary>The sum of s8 values, a multiple of four of them.</summary>
    private static int Sum(sbyte* values, int count)
    {
        var sums = Vector128<int>.Zero;
        var i = 0;
        for (; i <= count - Vector128<sbyte>.Count; i += Vector128<sbyte>.Count)
        {
            var (low, high) = Vector128.Widen(Vector128.Load(values + i));
            var (first, second) = Vector128.Widen(low + high);
            sums += first + second;
        }

        var sum = Vector128.Sum(sums);
        for (; i < count; i++)
        {
            sum += values[i];
        }

        return sum;
    }

    [SkipLocalsInit]
    private readonly void GoDownNarrow(in ExpertBins.Block block, int first, int end)
    {
        var rows = stackalloc byte*[MaxRows];
        var tokens = Bins.Tokens(block.FirstPair);
        for (var r = 0; r < block.Rows; r++)
        {
            rows[r] = (byte*)HiddenOf(tokens[r], block.Expert);
        }

        var depth = Experts.Narrow!.Depth;
        var columns = (nint)first * Experts.Tile.Columns;
        var before = ((nint)Experts.SumStride * sizeof(int)) + ((nint)block.Expert * depth);
        Experts.Tile.ExpertDown!.Run(
            depth,
            rows,
            block.Rows,
            Experts.Narrow.Expert(block.Expert) + (first * Experts.Narrow.PanelStride),
            Experts.Narrow.PanelStride,
            end - first,
            (columns * sizeof(int)) - before);
    }

    /// <summary>sums = starts + hidden down for all tokens and experts at once; hidden values of experts that were not chosen are zero.</summary>
    private readonly void GoDownWhole(int first, int end)
    {
        var narrow = Experts.Narrow!;
        var group = (int)Math.Max(WholeBytes / narrow.PanelStride, 1);
        for (var panel = first; panel < end; panel += group)
        {
            Cancellation.ThrowIfCancellationRequested();
            Experts.Tile.RunBlock(new Int8BlockCall
            {
                Rows = (byte*)HiddenOf(0, 0),
                RowStride = (nint)Blocks.Stride * sizeof(int),
                RowCount = X.Rows,
                InputBytes = narrow.TotalDepth,
                Weights = (sbyte*)narrow.Expert(0) + (panel * narrow.PanelStride),
                Panels = Math.Min(group, end - panel),
                RowScales = TokenScales.Row(0),
                RowZeros = Starts.RowInt32(0),
                IsExpertDown = true,
                Epilogue = TileEpilogue.Raw,
                Outputs = (float*)(SumsOf(0) + (panel * Experts.Tile.Columns)),
                OutputStride = (nint)Blocks.Stride * sizeof(int),
            });
        }
    }

    /// <summary>sums[token] += hidden down for some panels of one block.</summary>
    [SkipLocalsInit]
    private readonly void GoDown(in ExpertBins.Block block, int first, int end)
    {
        var inputs = stackalloc byte*[MaxRows];
        var outputs = stackalloc float*[MaxRows];
        var tokens = Bins.Tokens(block.FirstPair);
        for (var r = 0; r < block.Rows; r++)
        {
            inputs[r] = HiddenInputs.Row(block.FirstPair + r);
            outputs[r] = (float*)Sums.RowInt32(tokens[r]);
        }

        var matrix = Experts.Down(block.Expert);
        if (block.Rows >= matrix.Tile.LeastBlockRows)
        {
            Int8RawPanels.Add(HiddenInputs.Block(block.FirstPair, block.Rows), matrix, first, end, (int**)outputs);
            return;
        }

        var call = new Int8TileCall
        {
            Rows = inputs,
            RowStride = HiddenInputs.Stride,
            RowCount = block.Rows,
            InputBytes = HiddenInputs.InputBytes,
            RowZeros = HiddenInputs.Zeros(block.FirstPair),
            IsSum = true,
            Outputs = outputs,
        };
        for (var panel = first; panel < end; panel++)
        {
            call.Weights = matrix.Panel(panel);
            call.ColumnSums = matrix.Sums(panel);
            call.Column = panel * matrix.Tile.Columns;
            call.Ahead = panel + 1 < end ? matrix.Panel(panel + 1) : null;
            matrix.Tile.Run(call);
        }
    }

    /// <summary>y += scale * sums, then the weighted biases of the token's experts.</summary>
    private readonly void Finish(int token)
    {
        var pairs = Bins.PairsOf(token);
        if (pairs.IsEmpty)
        {
            return;
        }

        var y = Y.Row(token);
        var sums = SumsOf(token);
        var scale = TokenScales.Row(0)[token];
        fixed (float* columnScales = Experts.DownScales)
        {
            var lanes = Vector256<float>.Count;
            var factor = Vector256.Create(scale);
            var o = 0;
            for (; o <= Y.Columns - lanes; o += lanes)
            {
                var product = Vector256.ConvertToSingle(Vector256.Load(sums + o)) * Vector256.Load(columnScales + o);
                Vector256.FusedMultiplyAdd(product, factor, Vector256.Load(y + o)).Store(y + o);
            }

            for (; o < Y.Columns; o++)
            {
                y[o] = MathF.FusedMultiplyAdd(sums[o] * columnScales[o], scale, y[o]);
            }
        }

        if (!Experts.HasExpertBias)
        {
            return;
        }

        foreach (var pair in pairs)
        {
            var bias = Experts.ExpertBias(Bins.Expert(pair));
            var weight = Bins.Weights(pair)[0];
            for (var o = 0; o < Y.Columns; o++)
            {
                y[o] = MathF.FusedMultiplyAdd(weight, bias[o], y[o]);
            }
        }
    }
}
