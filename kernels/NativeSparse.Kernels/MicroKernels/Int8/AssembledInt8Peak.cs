using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace NativeSparse.Kernels;

/// <summary>The peak of AVX-512 VNNI: twenty independent sums, in registers that no calling convention wants back.</summary>
internal sealed unsafe class AssembledInt8Peak : Int8Peak
{
    private const int Steps = 20_000;

    private static readonly AssemblerRegisterZMM[] Sums =
    [
        zmm0, zmm1, zmm2, zmm3, zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31,
    ];

    private readonly ExecutableMemory _code = ExecutableMemory.Publish(Assemble());

    public override double Operations => 2.0 * Sums.Length * Steps * 64;

    public override void Run()
    {
        ((delegate* unmanaged<void>)_code.Address)();
        GC.KeepAlive(this);
    }

    public override void Dispose()
    {
        _code.Dispose();
        base.Dispose();
    }

    private static KernelCode Assemble()
    {
        var code = new Assembler(64);
        foreach (var register in (AssemblerRegisterZMM[])[.. Sums, zmm4, zmm5])
        {
            code.vpxord(register, register, register);
        }

        var loop = code.CreateLabel();
        code.mov(eax, Steps);
        code.Label(ref loop);
        foreach (var sum in Sums)
        {
            code.vpdpbusd(sum, zmm4, zmm5);
        }

        code.dec(eax);
        code.jnz(loop);
        code.vzeroupper();
        code.ret();
        using var bytes = new MemoryStream();
        code.Assemble(new StreamCodeWriter(bytes), 0);
        return new KernelCode(bytes.ToArray(), []);
    }
}
