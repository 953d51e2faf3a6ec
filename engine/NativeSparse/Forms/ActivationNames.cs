using NativeSparse.Kernels;

namespace NativeSparse.Forms;

/// <summary>Checks the activation named by a node.</summary>
internal static class ActivationNames
{
    /// <summary>The attribute's value, when it names a known activation.</summary>
    public static string Check(NodeConstants constants, string attribute)
    {
        var name = constants.Text(attribute);
        try
        {
            return Activation.Parse(name).Name;
        }
        catch (FormatException exception)
        {
            throw constants.Error(exception.Message);
        }
    }
}
