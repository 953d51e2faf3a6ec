using NativeSparse.Forms;

namespace NativeSparse.Session;

/// <summary>Lets go of what a packed site was made from before the next one comes.</summary>
internal static class SiteMemory
{
    /// <summary>From here on the garbage of one site is worth a collection of its own.</summary>
    private const long LargeSite = 4 << 20;

    /// <summary>
    /// Collects the stored and the plain weights of a site that has just been packed. The collector does not see packed weights and would
    /// wait for several sites: a large model would lie in memory three times.
    /// </summary>
    public static void Release(NodeOperator packed)
    {
        if (packed.ByteCount >= LargeSite)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
        }
    }
}
