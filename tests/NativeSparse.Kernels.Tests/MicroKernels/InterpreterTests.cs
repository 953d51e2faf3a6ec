using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace NativeSparse.Kernels.Tests;

/// <summary>The interpreter beside this processor: the same code on the same bytes, every register compared.</summary>
public sealed unsafe class InterpreterTests
{
    private const int InputBytes = 1024;
    private const int OutputOffset = InputBytes;
    private const int BlockBytes = 2 * InputBytes;

    private static readonly AssemblerRegisterYMM[] Vectors = [ymm0, ymm1, ymm2, ymm8];
    private static readonly AssemblerRegister64[] General = [rax, rcx, rdx, rsi, r8, r15];

    private static readonly Dictionary<string, Action<Assembler>> Snippets = new()
    {
        ["vaddps"] = code => code.vaddps(ymm0, ymm1, ymm2),
        ["vaddps memory"] = code => code.vaddps(ymm0, ymm1, __ymmword_ptr[rdi + 68]),
        ["vsubps"] = code => code.vsubps(ymm0, ymm1, ymm2),
        ["vmulps"] = code => code.vmulps(ymm8, ymm1, ymm2),
        ["vmulps 128"] = code => code.vmulps(xmm8, xmm1, xmm2),
        ["vminps"] = code => code.vminps(ymm0, ymm1, ymm2),
        ["vmaxps"] = code => code.vmaxps(ymm0, ymm1, ymm2),
        ["vfmadd132ps"] = code => code.vfmadd132ps(ymm0, ymm1, ymm2),
        ["vfmadd213ps"] = code => code.vfmadd213ps(ymm0, ymm1, ymm2),
        ["vfmadd231ps"] = code => code.vfmadd231ps(ymm0, ymm1, __ymmword_ptr[rdi + 96]),
        ["vroundps"] = code => code.vroundps(ymm0, ymm1, 8),
        ["vcvtdq2ps"] = code => code.vcvtdq2ps(ymm0, ymm1),
        ["vcvtph2ps"] = code => code.vcvtph2ps(ymm0, __xmmword_ptr[rdi + 48]),
        ["vpaddd"] = code => code.vpaddd(ymm0, ymm1, ymm2),
        ["vpaddw"] = code => code.vpaddw(ymm0, ymm1, ymm2),
        ["vpmaddwd"] = code => code.vpmaddwd(ymm0, ymm1, ymm2),
        ["vpmaddubsw"] = code => code.vpmaddubsw(ymm0, ymm1, ymm2),
        ["vpxor"] = code => code.vpxor(ymm0, ymm1, ymm2),
        ["vpand"] = code => code.vpand(ymm0, ymm1, ymm2),
        ["vpandn"] = code => code.vpandn(ymm0, ymm1, ymm2),
        ["vpsrld"] = code => code.vpsrld(ymm0, ymm1, 4),
        ["vpsrad"] = code => code.vpsrad(ymm0, ymm1, 4),
        ["vpmovzxbd"] = code => code.vpmovzxbd(ymm0, __qword_ptr[rdi + 64]),
        ["vpmovsxbw"] = code => code.vpmovsxbw(ymm0, __xmmword_ptr[rdi + 64]),
        ["vbroadcastss"] = code => code.vbroadcastss(ymm0, __dword_ptr[rdi + 36]),
        ["vpbroadcastd"] = code => code.vpbroadcastd(ymm0, __dword_ptr[rdi + 40]),
        ["vmovups"] = code => code.vmovups(__ymmword_ptr[rdi + OutputOffset + 512], ymm1),
        ["vmovaps"] = code => code.vmovaps(__xmmword_ptr[rdi + OutputOffset + 512], xmm1),
        ["vzeroupper"] = code => code.vzeroupper(),
        ["add"] = code => code.add(rax, rcx),
        ["add immediate"] = code => code.add(rax, -128),
        ["add memory"] = code => code.add(__qword_ptr[rdi + 8], rcx),
        ["sub"] = code => code.sub(rax, rcx),
        ["cmp"] = code => code.cmp(rax, rcx),
        ["cmp equal"] = code => code.cmp(rax, rax),
        ["neg"] = code => code.neg(rax),
        ["and"] = code => code.and(rcx, 15),
        ["xor"] = code => code.xor(eax, eax),
        ["inc"] = code => code.inc(rcx),
        ["dec"] = code => code.dec(rsi),
        ["lea"] = code => code.lea(r8, __[rax + (rcx * 8) + 1234]),
        ["movsxd"] = code => code.movsxd(rdx, __dword_ptr[rdi + 20]),
        ["mov 32"] = code => code.mov(eax, ecx),
        ["push and pop"] = code =>
        {
            code.push(rax);
            code.push(__qword_ptr[rdi + 16]);
            code.pop(r15);
            code.pop(rcx);
        },
        ["a constant behind the code"] = code =>
        {
            var (label, skip) = (code.CreateLabel(), code.CreateLabel());
            code.vbroadcastss(ymm0, __dword_ptr[label]);
            code.xor(edx, edx);
            code.cmp(rdx, rdi);
            code.jne(skip);
            code.Label(ref label);
            code.dd(0x12345678);
            code.Label(ref skip);
        },
    };

    public static TheoryData<string> Names => [.. Snippets.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_instruction_does_what_this_processor_does(string name)
    {
        Assert.SkipWhen(CpuFeatures.Host.Missing(InstructionSet.Avx2) is not null, $"skipped: {CpuFeatures.Host.Missing(InstructionSet.Avx2)}");
        var code = Encode(Snippets[name]);
        using var memory = ExecutableMemory.Publish(code);
        for (var seed = 0; seed < 40; seed++)
        {
            using var native = CreateBlock(seed);
            using var interpreted = CreateBlock(seed);
            var real = (uint*)native.Floats;
            var simulated = (uint*)interpreted.Floats;
            ((delegate* unmanaged<void*, void>)memory.Address)(real);
            var range = new MemoryRange((nint)simulated, BlockBytes, IsWritten: true);
            new Interpreter(code, new Machine([range], seed)).Call(Abi.Host, (nint)simulated);
            for (var i = 0; i < BlockBytes / sizeof(uint); i++)
            {
                var (got, want) = (simulated[i], real[i]);
                var areNoNumbers = float.IsNaN(VectorInstructions.Value(got)) && float.IsNaN(VectorInstructions.Value(want)) && name.EndsWith("ps", StringComparison.Ordinal);
                Assert.True(got == want || areNoNumbers, $"{name}, seed {seed}, word {i}: interpreted 0x{got:X8}, real 0x{want:X8}");
            }
        }
    }

    /// <summary>The dot products that this processor may lack, from multiplications that it has.</summary>
    [Fact]
    public void Dot_products_are_the_sums_of_their_parts()
    {
        Assert.SkipUnless(Avx2.IsSupported, "skipped: needs AVX2");
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var machine = new Machine([], round);
            random.NextBytes(machine.Vectors[30]);
            var before = machine.Vectors.Select(vector => (byte[])vector.Clone()).ToArray();
            Execute(machine, code => code.vpdpbusd(zmm3, zmm17, zmm30));
            Execute(machine, code => code.vpdpwssd(zmm4, zmm17, zmm30));
            for (var half = 0; half < 64; half += 32)
            {
                var (left, right) = (Vector(before[17], half), Vector(before[30], half));
                var sum = Vector(before[3], half);
                for (var part = 0; part < 4; part++)
                {
                    var unsigned = Avx2.And(Vector256.ShiftRightLogical(left, 8 * part), Vector256.Create(255));
                    var signed = Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(right, 24 - (8 * part)), 24);
                    sum = Avx2.Add(sum, Avx2.MultiplyLow(unsigned, signed));
                }

                Assert.Equal(sum, Vector(machine.Vectors[3], half));
                var pairs = Avx2.MultiplyAddAdjacent(left.AsInt16(), right.AsInt16());
                Assert.Equal(Avx2.Add(Vector(before[4], half), pairs), Vector(machine.Vectors[4], half));
            }
        }
    }

    [Fact]
    public void Gelu_of_every_kind_of_value_has_the_bits_of_the_managed_one()
    {
        float[] values =
        [
            0, -0f, 1, -1, 6, -6, 6.0000005f, -6.0000005f, 1e-40f, -1e-40f, 1e30f, -1e30f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 3e-4f,
        ];
        var random = new Random(1);
        for (var round = 0; round < 300; round++)
        {
            var machine = new Machine([], round);
            MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(machine.Vectors[0]);
            Execute(machine, code =>
            {
                var (label, skip) = (code.CreateLabel(), code.CreateLabel());
                code.lea(r11, __[label]);
                new GeluCode(code, r11, [zmm1, zmm2, zmm20, zmm21]).Apply(zmm0);
                code.cmp(rsp, 0);
                code.jne(skip);
                code.Label(ref label);
                Array.ForEach(GeluCode.Values, value => code.dd(BitConverter.SingleToUInt32Bits(value)));
                code.Label(ref skip);
            });
            var results = MemoryMarshal.Cast<byte, float>(machine.Vectors[0]);
            for (var i = 0; i < values.Length; i++)
            {
                var expected = VectorActivations.Gelu.Apply<Width128, Vector128<float>>(Vector128.Create(values[i]), default).ToScalar();
                Assert.True(results[i].Equals(expected), $"gelu({values[i]:R}) is {results[i]:R}, managed {expected:R}");
            }

            values = [.. values.Select(_ => (random.NextSingle() - 0.5f) * 16)];
        }
    }

    private static Vector256<int> Vector(byte[] bytes, int offset) => Vector256.Create<byte>(bytes, offset).AsInt32();

    private static void Execute(Machine machine, Action<Assembler> emit)
    {
        var assembler = new Assembler(64);
        emit(assembler);
        assembler.ret();
        new Interpreter(KernelCode.Encode(assembler, new Frame(Abi.SystemV, [], [], 0), Abi.SystemV), machine).Call(Abi.SystemV, 0);
    }

    /// <summary>Registers from the block, one snippet, registers and flags to the block.</summary>
    private static KernelCode Encode(Action<Assembler> emit)
    {
        var assembler = new Assembler(64);
        var frame = new Frame(Abi.Host, [.. General, rdi, r9], [0, 1, 2, 8], 1);
        frame.Enter(assembler);
        for (var i = 0; i < Vectors.Length; i++)
        {
            assembler.vmovups(Vectors[i], __ymmword_ptr[rdi + (i * 32)]);
        }

        for (var i = 0; i < General.Length; i++)
        {
            assembler.mov(General[i], __qword_ptr[rdi + 512 + (i * 8)]);
        }

        emit(assembler);
        var place = OutputOffset;
        foreach (var jump in new Action<Label>[] { assembler.je, assembler.jne, assembler.jb, assembler.jae })
        {
            var taken = assembler.CreateLabel();
            assembler.mov(r9, 1);
            jump(taken);
            assembler.mov(r9, 0);
            assembler.Label(ref taken);
            assembler.mov(__qword_ptr[rdi + place], r9);
            place += 8;
        }

        for (var i = 0; i < Vectors.Length; i++)
        {
            assembler.vmovups(__ymmword_ptr[rdi + OutputOffset + 64 + (i * 32)], Vectors[i]);
        }

        for (var i = 0; i < General.Length; i++)
        {
            assembler.mov(__qword_ptr[rdi + OutputOffset + 256 + (i * 8)], General[i]);
        }

        frame.Leave(assembler);
        return KernelCode.Encode(assembler, frame, Abi.Host);
    }

    private static NativeBuffer CreateBlock(int seed)
    {
        float[] special = [0, -0f, 1, -1, 0.5f, 1.5f, 2.5f, -2.5f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e-40f, 3e38f, -3e38f];
        var random = new Random(seed);
        var buffer = new NativeBuffer(BlockBytes / sizeof(float));
        for (var i = 0; i < InputBytes / sizeof(float); i++)
        {
            buffer.Floats[i] = (seed % 3) switch
            {
                0 => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)),
                1 => special[random.Next(special.Length)],
                _ => (random.NextSingle() - 0.5f) * 100,
            };
        }

        return buffer;
    }
}
