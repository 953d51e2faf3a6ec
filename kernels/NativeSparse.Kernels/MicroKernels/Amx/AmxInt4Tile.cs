using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>
/// The int4 tile on AMX: a panel is unpacked once for all rows of a call, the tile unit gives the sum of each group. Few rows, for which
/// unpacking does not pay, go to the VNNI tile; the bits are the same.
/// </summary>
/// <param name="kernels">Multiplies; outlives the tile.</param>
/// <param name="vnni">For few rows.</param>
internal sealed unsafe class AmxInt4Tile(IAmxKernels kernels, AssembledInt4Tile vnni) : Int4Tile
{
    /// <summary>Fewer rows are left to the VNNI tile.</summary>
    private const int LeastRows = 24;

    /// <summary>Pairs of groups that are unpacked at a time: 32 KB, which stay in the first-level cache.</summary>
    private const int ChunkPairs = 32;

    private const int PairWeightBytes = 2 * AmxInt4Emitter.WeightBytes;
    private const int QuadBytes = 64;
    private const int ZeroOffset = 64;

    public override string Name => "amx-int8";

    public override int CallRows => MaxRows;

    public override bool HasGelu => vnni.HasGelu;

    [SkipLocalsInit]
    public override void Run(in Int4TileCall call)
    {
        if (call.RowCount < LeastRows)
        {
            vnni.Run(call);
            return;
        }

        var weights = stackalloc sbyte[(ChunkPairs * PairWeightBytes) + QuadBytes];
        var sums = stackalloc byte[AmxInt4Emitter.SumBytes + QuadBytes];
        var totals = stackalloc float[call.RowCount * Columns];
        new Span<float>(totals, call.RowCount * Columns).Clear();
        var record = Int4Group.RecordBytes(call.HasGroupScales);
        var pairs = call.InputBytes / record / 2;
        var whole = call.RowCount / AmxConfiguration.TileRows;
        var arguments = new AmxInt4Arguments
        {
            RowStride = call.RowStride,
            Weights = (sbyte*)Align((byte*)weights),
            Sums = (int*)Align(sums),
        };
        for (var row = 0; Sse.IsSupported && row < call.RowCount; row++)
        {
            Sse.Prefetch0(call.Outputs[row] + call.Column);
        }

        for (var pair = 0; pair < pairs; pair += ChunkPairs)
        {
            arguments.Pairs = Math.Min(ChunkPairs, pairs - pair);
            arguments.Groups = call.Groups + ((nint)pair * Int4Group.PairBytes);
            Unpack(call.Weights + ((nint)pair * 2 * Int4Group.WeightBytes), arguments.Groups, (int)arguments.Pairs, (byte*)arguments.Weights);
            var offset = (nint)pair * 2 * record;
            RunRows(ref arguments, call, offset, 0, AmxConfiguration.TileRows, whole, totals);
            RunRows(ref arguments, call, offset, whole * AmxConfiguration.TileRows, call.RowCount % AmxConfiguration.TileRows, 1, totals);
        }

        Finish(call, totals);
    }

    private void RunRows(ref AmxInt4Arguments arguments, in Int4TileCall call, nint offset, int first, int rows, int blocks, float* totals)
    {
        if (rows == 0 || blocks == 0)
        {
            return;
        }

        arguments.Rows = call.Rows[first] + offset;
        arguments.Blocks = blocks;
        arguments.Totals = totals + (first * Columns);
        fixed (AmxInt4Arguments* address = &arguments)
        {
            kernels.Run(address, new AmxInt4Form(rows, call.HasGroupScales));
        }
    }

    /// <summary>Weights less their zero points, as the tile unit reads them.</summary>
    private static void Unpack(byte* packed, byte* groups, int pairs, byte* weights)
    {
        for (var group = 0; group < 2 * pairs; group++)
        {
            var zeros = Int4Vectors512.LoadZeros(groups + ZeroOffset, group % 2 != 0);
            zeros |= Vector512.ShiftLeft(zeros, 8);
            var quadZeros = (zeros | Vector512.ShiftLeft(zeros, 16)).AsSByte();
            for (var quad = 0; quad < Int4Group.WeightBytes; quad += QuadBytes)
            {
                var values = Int4Vectors512.Load(packed + quad);
                (Int4Vectors512.LowHalves(values).AsSByte() - quadZeros).Store((sbyte*)weights + quad);
                (Int4Vectors512.HighHalves(values).AsSByte() - quadZeros).Store((sbyte*)weights + Int4Group.WeightBytes + quad);
            }

            packed += Int4Group.WeightBytes;
            weights += AmxInt4Emitter.WeightBytes;
            groups += group % 2 * Int4Group.PairBytes;
        }
    }

    private static void Finish(in Int4TileCall call, float* totals)
    {
        for (var row = 0; row < call.RowCount; row++, totals += Columns)
        {
            var output = call.Outputs[row] + call.Column;
            if (call.HasGroupScales)
            {
                Int4Vectors512.Finish(totals, call.Biases, output);
            }
            else
            {
                Int4Vectors512.Finish(totals, call.RowScales[row], call.RowZeros[row], call.ColumnSums, call.Biases, output);
            }

            if (call.IsGelu)
            {
                VectorActivations.Gelu.Apply<Width512, Vector512<float>>(Vector512.Load(output), default).Store(output);
            }
        }
    }

    private static byte* Align(byte* address) => (byte*)(((nuint)address + QuadBytes - 1) / QuadBytes * QuadBytes);
}
