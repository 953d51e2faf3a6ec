using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace NativeSparse.Kernels;

/// <summary>A calling convention of x86-64: where a kernel finds its one argument, and which registers it gives back as they were.</summary>
internal sealed class Abi
{
    private const int FirstSavedVector = 6;
    private const int LastSavedVector = 15;

    private readonly AssemblerRegister64[] _saved;
    private readonly bool _savesVectors;

    private Abi(string name, AssemblerRegister64 argument, AssemblerRegister64[] saved, bool savesVectors)
    {
        Name = name;
        Argument = argument;
        _saved = saved;
        _savesVectors = savesVectors;
    }

    /// <summary>Linux and macOS.</summary>
    public static Abi SystemV { get; } = new("System V", rdi, [rbx, rbp, r12, r13, r14, r15], savesVectors: false);

    /// <summary>Windows; kernels also describe their frame to it (<see cref="WindowsUnwind"/>).</summary>
    public static Abi Windows { get; } = new("Windows x64", rcx, [rbx, rbp, rdi, rsi, r12, r13, r14, r15], savesVectors: true);

    /// <summary>The convention of this process.</summary>
    public static Abi Host => OperatingSystem.IsWindows() ? Windows : SystemV;

    public string Name { get; }

    public AssemblerRegister64 Argument { get; }

    /// <summary>General registers that belong to the caller.</summary>
    public IReadOnlyList<AssemblerRegister64> Saved => _saved;

    /// <summary>Whether the low 128 bits of a vector register belong to the caller; what lies above them never does.</summary>
    public bool IsSavedVector(int register) => _savesVectors && register is >= FirstSavedVector and <= LastSavedVector;

    public override string ToString() => Name;
}
