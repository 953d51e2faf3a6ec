using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace NativeSparse.Kernels;

/// <summary>
/// s8 rows times one u4 panel of 16 columns: <c>sum over groups of scale * (q . u - zero * sum q)</c>, integers exact, groups added in order.
/// </summary>
/// <remarks>
/// <para>The panel: 256 bytes for each group of 32 inner indices, <c>[4][16 columns][4]</c>; a byte holds index k in its low half and
/// k + 16 in its high half. The groups' side stream: 80 bytes for two groups, 16 float16 scales each, then 16 bytes of two u4 zero
/// points. K is filled up to a multiple of 64 with scales of zero.</para>
/// <para>A row: for each group 32 s8, then minus their sum as int32; with scales of groups then that scale, float32.</para>
/// <para>The end: <c>fma(columnSum, rowZero, fma(acc, rowScale, bias))</c>, where rowZero is minus scale times zero point of the row;
/// with scales of groups <c>acc + bias</c>.</para>
/// </remarks>
internal sealed class Int4TileEmitter : TileEmitter
{
    private const int VectorBytes = 64;
    private const int GroupQuads = 4;
    private const int ScaleBytes = 32;
    private const int ZeroOffset = 64;
    private const int SumOffset = TileSpecification.Int4Group;
    private const int NibbleMask = 0x0F0F0F0F;

    private readonly AssemblerRegisterZMM[] _sums;
    private readonly AssemblerRegisterZMM[] _weights;
    private readonly AssemblerRegisterZMM[] _products;
    private readonly AssemblerRegisterZMM _scale;
    private readonly AssemblerRegisterZMM _zero;
    private readonly AssemblerRegisterZMM _mask;

    public Int4TileEmitter(in TileSpecification tile, Abi abi)
        : base(tile, VectorCount(tile.Rows), abi)
    {
        var free = tile.Rows;
        _sums = Vectors[..free];
        _weights = Vectors[free..(free += 2 * GroupQuads)];
        (_scale, _zero, _mask) = (Vectors[free++], Vectors[free++], Vectors[free++]);
        _products = Vectors[free..VectorCount(tile.Rows)];
    }

    private int RecordBytes => Int4Group.RecordBytes(Tile.HasGroupScales);

    protected override void EmitBody()
    {
        KeepArguments();
        FetchOutputs(1);
        foreach (var sum in _sums)
        {
            Clear(sum);
        }

        Code.mov(eax, NibbleMask);
        Code.vpbroadcastd(_mask, eax);
        Load(Weights, TileField.Weights);
        Load(Position, TileField.InputBytes);
        LoadRowPointers();
        Load(Arguments, TileField.Groups);
        foreach (var row in RowPointers.AsSpan(0, Tile.Rows))
        {
            Code.add(row, Position);
        }

        var loop = Code.CreateLabel();
        Code.neg(Position);
        Code.Label(ref loop);
        EmitGroup(0);
        EmitGroup(1);
        Code.add(Weights, 2 * Int4Group.WeightBytes);
        Code.add(Arguments, Int4Group.PairBytes);
        Code.add(Position, 2 * RecordBytes);
        Code.jnz(loop);

        RecallArguments();
        EmitStore();
    }

    private static int VectorCount(int rows) => rows + (2 * GroupQuads) + 3 + Math.Min(Math.Max(rows, 2), Vectors.Length - rows - (2 * GroupQuads) - 3);

    private void EmitGroup(int group)
    {
        for (var quad = 0; Tile.PrefetchDistance > 0 && quad < GroupQuads; quad++)
        {
            Code.prefetcht0(__byte_ptr[Weights + (group * Int4Group.WeightBytes) + (quad * VectorBytes) + Tile.PrefetchDistance]);
        }

        Code.vpmovzxbd(_zero, __xmmword_ptr[Arguments + ZeroOffset]);
        if (group == 0)
        {
            Code.vpandd(_zero, _zero, _mask);
        }
        else
        {
            Code.vpsrld(_zero, _zero, 4);
        }

        Code.vcvtph2ps(_scale, __ymmword_ptr[Arguments + (group * ScaleBytes)]);
        if (Tile.Rows == 1)
        {
            EmitOneRow(group);
        }
        else
        {
            EmitRows(group);
        }
    }

    /// <summary>High halves stay where they are, sixteen times too large, and are shifted once for the group.</summary>
    private void EmitOneRow(int group)
    {
        var (low, high) = (_products[0], _products[1]);
        Clear(low);
        Clear(high);
        Code.vpdpwssd(low, _zero, Input(0, group, SumOffset));
        for (var quad = 0; quad < GroupQuads; quad++)
        {
            Code.vmovdqu32(_weights[0], __zmmword_ptr[Weights + (group * Int4Group.WeightBytes) + (quad * VectorBytes)]);
            Code.vpandd(_weights[1], _weights[0], _mask);
            Code.vpandnd(_weights[2], _mask, _weights[0]);
            Code.vpdpbusd(low, _weights[1], Input(0, group, quad * 4));
            Code.vpdpbusd(high, _weights[2], Input(0, group, (quad + GroupQuads) * 4));
        }

        Code.vpsrad(high, high, 4);
        Code.vpaddd(low, low, high);
        AddGroup(0, group, low);
    }

    /// <summary>The group is unpacked once; rows then take turns, as many at a time as accumulators are left.</summary>
    private void EmitRows(int group)
    {
        for (var quad = 0; quad < GroupQuads; quad++)
        {
            var (low, high) = (_weights[quad], _weights[quad + GroupQuads]);
            Code.vmovdqu32(high, __zmmword_ptr[Weights + (group * Int4Group.WeightBytes) + (quad * VectorBytes)]);
            Code.vpandd(low, high, _mask);
            Code.vpsrld(high, high, 4);
            Code.vpandd(high, high, _mask);
        }

        for (var first = 0; first < Tile.Rows; first += _products.Length)
        {
            var count = Math.Min(_products.Length, Tile.Rows - first);
            for (var row = 0; row < count; row++)
            {
                Clear(_products[row]);
                Code.vpdpwssd(_products[row], _zero, Input(first + row, group, SumOffset));
            }

            for (var quad = 0; quad < 2 * GroupQuads; quad++)
            {
                for (var row = 0; row < count; row++)
                {
                    Code.vpdpbusd(_products[row], _weights[quad], Input(first + row, group, quad * 4));
                }
            }

            for (var row = 0; row < count; row++)
            {
                AddGroup(first + row, group, _products[row]);
            }
        }
    }

    private void AddGroup(int row, int group, AssemblerRegisterZMM product)
    {
        Code.vcvtdq2ps(product, product);
        if (Tile.HasGroupScales)
        {
            Code.vmulps(product, product, Input(row, group, SumOffset + sizeof(int)));
        }

        Code.vfmadd231ps(_sums[row], product, _scale);
    }

    private AssemblerMemoryOperand Input(int row, int group, int offset) =>
        __dword_bcst[RowPointers[row] + Position + (group * RecordBytes) + offset];

    private void EmitStore()
    {
        var (bias, columns) = (_weights[0], _weights[1]);
        Load(rdx, TileField.Outputs);
        Load(rcx, TileField.OutputOffset);
        Load(r8, TileField.RowScales);
        Load(r9, TileField.RowZeros);
        Load(rsi, TileField.Biases);
        Code.vmovups(bias, __zmmword_ptr[rsi]);
        if (!Tile.HasGroupScales)
        {
            Load(rsi, TileField.ColumnScales);
            Code.vmovups(columns, __zmmword_ptr[rsi]);
        }

        if (Tile.IsMasked)
        {
            Code.kmovw(k1, __word_ptr[rdi + ((int)TileField.ColumnMask * 8)]);
        }

        GeluCode? gelu = null;
        if (Tile.Epilogue == TileEpilogue.Gelu)
        {
            Code.lea(r11, __[Constants(GeluCode.Values)]);
            gelu = new GeluCode(Code, r11, _weights[2..(2 + GeluCode.ScratchCount)]);
        }

        for (var row = 0; row < Tile.Rows; row++)
        {
            var sum = _sums[row];
            Code.mov(rax, __qword_ptr[rdx + (row * 8)]);
            if (Tile.HasGroupScales)
            {
                Code.vaddps(sum, sum, bias);
            }
            else
            {
                Code.vfmadd132ps(sum, bias, __dword_bcst[r8 + (row * sizeof(float))]);
                Code.vfmadd231ps(sum, columns, __dword_bcst[r9 + (row * sizeof(float))]);
            }

            gelu?.Apply(sum);
            var output = __zmmword_ptr[rax + rcx];
            Code.vmovups(Tile.IsMasked ? output.k1 : output, sum);
        }
    }
}
