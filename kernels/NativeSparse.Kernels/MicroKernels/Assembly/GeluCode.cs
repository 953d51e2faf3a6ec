using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace NativeSparse.Kernels;

/// <summary>
/// GELU (erf) on 512-bit registers: max(x, 0) - z 2^q(z), z = min(|x|, 6), with the coefficients and the order of
/// <see cref="VectorActivations.Gelu"/>, so that assembled and managed tiles give the same bits.
/// </summary>
internal sealed class GeluCode(Assembler code, AssemblerRegister64 constants, AssemblerRegisterZMM[] scratch)
{
    /// <summary>Registers that are overwritten.</summary>
    public const int ScratchCount = 4;

    private const int LargestOffset = 0;
    private const int MagnitudeOffset = 1;
    private const int LogOffset = 2;
    private const int LogCount = 10;
    private const int PowerOffset = LogOffset + LogCount;
    private const int PowerCount = 6;

    /// <summary>What <c>constants</c> points at: the clamp, the mask of a magnitude, q, 2^f.</summary>
    public static float[] Values { get; } =
    [
        6, BitConverter.UInt32BitsToSingle(0x7FFF_FFFF),
        8.11937682e-8f, -2.13788667e-6f, 2.15407144e-5f, -7.56739755e-5f, -0.000462983735f,
        0.00757803582f, -0.0529289506f, -0.459031731f, -1.15113235f, -0.999999343f,
        0.00132764783f, 0.00967554189f, 0.0555071309f, 0.240221202f, 0.693146944f, 1.00000012f,
    ];

    public void Apply(AssemblerRegisterZMM x)
    {
        var (z, q, whole, power) = (scratch[0], scratch[1], scratch[2], scratch[3]);

        // The operand that may be NaN stands second, where min and max hand it on.
        code.vpandd(z, x, Constant(MagnitudeOffset));
        code.vbroadcastss(q, __dword_ptr[constants + (LargestOffset * sizeof(float))]);
        code.vminps(z, q, z);
        Polynomial(q, z, LogOffset, LogCount);

        code.vrndscaleps(whole, q, 8);
        code.vsubps(q, q, whole);
        Polynomial(power, q, PowerOffset, PowerCount);
        code.vscalefps(power, power, whole);

        code.vmulps(power, power, z);
        code.vpxord(z, z, z);
        code.vmaxps(x, z, x);
        code.vsubps(x, x, power);
    }

    /// <summary>Horner's rule.</summary>
    private void Polynomial(AssemblerRegisterZMM sum, AssemblerRegisterZMM x, int offset, int count)
    {
        code.vbroadcastss(sum, __dword_ptr[constants + (offset * sizeof(float))]);
        for (var i = 1; i < count; i++)
        {
            code.vfmadd213ps(sum, x, Constant(offset + i));
        }
    }

    private AssemblerMemoryOperand Constant(int index) => __dword_bcst[constants + (index * sizeof(float))];
}
