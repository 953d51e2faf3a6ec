using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace NativeSparse.Kernels;

/// <summary>What is around every AMX kernel, System V: the registers of the caller, the shapes of the tiles, the unit given back at the end.</summary>
internal sealed class AmxFrame(Assembler code, AssemblerRegister64[] kept)
{
    /// <summary>Comes first.</summary>
    /// <param name="configuration">Where the address of the tile shapes lies.</param>
    public void Enter(AssemblerMemoryOperand configuration)
    {
        foreach (var register in kept)
        {
            code.push(register);
        }

        code.mov(rax, configuration);
        code.ldtilecfg(__[rax]);
    }

    /// <summary>Comes last.</summary>
    public void Leave()
    {
        code.tilerelease();
        code.vzeroupper();
        foreach (var register in kept.Reverse())
        {
            code.pop(register);
        }

        code.ret();
    }
}
