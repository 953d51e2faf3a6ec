namespace NativeSparse.Kernels;

/// <summary>What an assembled kernel asks of the processor.</summary>
internal enum InstructionSet
{
    /// <summary>AVX2 and FMA: 256-bit registers.</summary>
    Avx2,

    /// <summary>AVX-512F and VNNI: 512-bit registers, four 8-bit products summed into 32 bits by one instruction.</summary>
    Avx512Vnni,

    /// <summary>The tile unit (AMX) with 8-bit products, and AVX-512 VNNI for what it leaves.</summary>
    AmxInt8,
}
