using NativeSparse.Numerics;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>A converter whose steps after the choice of a split can be repeated on other splits and routers: the random rows of a report.</summary>
internal interface ISplitConverter : IExpertsConverter
{
    /// <summary>What this method makes of a given split: its own router and corrections.</summary>
    ExpertsParameters FitSplit(
        ConversionContext context, ExpertsShape shape, ExpertsOptions options, ExpertsSplit split, SiteActivations activations, MatrixProducts products);

    /// <summary>What this method makes of a given split and router: its own corrections.</summary>
    ExpertsParameters FitRouter(
        ConversionContext context, ExpertsOptions options, ExpertsSplit split, CalibratedRouter router, SiteActivations activations, MatrixProducts products);
}
