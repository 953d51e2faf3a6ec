namespace NativeSparse.Kernels;

/// <summary>What a processor and its system say about themselves.</summary>
internal interface IProcessor
{
    /// <summary>Why nothing can be asked here, or null.</summary>
    string? Silence { get; }

    /// <summary>CPUID.</summary>
    (uint Eax, uint Ebx, uint Ecx, uint Edx) Identify(uint leaf, uint subleaf);

    /// <summary>XCR0: the registers whose contents the operating system keeps. Only where CPUID reports OSXSAVE.</summary>
    uint KeptRegisters();

    /// <summary>Asks the system for the tile registers of this process; the reason of a refusal, or null.</summary>
    string? RequestTiles();

    /// <summary>A variable of the environment.</summary>
    string? Variable(string name);
}
