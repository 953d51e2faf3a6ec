using System.Globalization;
using NativeSparse.Kernels;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>The options of a plan, checked against one site: how many experts, and how they are chosen.</summary>
/// <param name="Experts">E.</param>
/// <param name="K">Active experts per token; the mean for threshold selection, rounded.</param>
/// <param name="Budget">Share of the experts that may run, 0..1.</param>
/// <param name="Selection">The rule; always top-k where every expert runs.</param>
/// <param name="Activation">The site's activation.</param>
internal readonly record struct ExpertsShape(int Experts, int K, double Budget, RoutingSelection Selection, Activation Activation)
{
    /// <summary>The form's name in exceptions.</summary>
    public const string Form = "experts";

    /// <summary>Whether every expert runs for every token: the loss-less setting.</summary>
    public bool AllActive => K == Experts && Selection == RoutingSelection.TopK;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ConversionException">They do not fit the site.</exception>
    public static ExpertsShape Resolve(ConversionContext context, ExpertsOptions options)
    {
        var hidden = context.Weights.HiddenWidth;
        var experts = options.Experts;
        if (experts < 1 || experts > hidden)
        {
            throw Refuse(context, $"{experts} experts asked for, but the site has {hidden} hidden neurons; ask for 1 to {hidden} experts");
        }

        if (options.K is { } given && (given < 1 || given > experts))
        {
            throw Refuse(context, $"k = {given} active experts asked for; ask for 1 to {experts}");
        }

        if (options.K is null && !(options.Active > 0 && options.Active <= 1))
        {
            var active = options.Active.ToString(CultureInfo.InvariantCulture);
            throw Refuse(context, $"active share {active} asked for; ask for a share above 0 and up to 1");
        }

        var k = options.K ?? Math.Clamp((int)Math.Round(options.Active * experts, MidpointRounding.AwayFromZero), 1, experts);
        var budget = options.K is null ? options.Active : (double)k / experts;
        var selection = options.Select switch
        {
            "topk" => RoutingSelection.TopK,
            "threshold" => budget < 1 ? RoutingSelection.Threshold : RoutingSelection.TopK,
            _ => throw Refuse(context, $"selection '{options.Select}' is unknown; use 'topk' or 'threshold'"),
        };
        return new ExpertsShape(experts, k, selection == RoutingSelection.TopK ? (double)k / experts : budget, selection, ReadActivation(context));
    }

    /// <summary>The site's activation as the kernels know it.</summary>
    /// <exception cref="ConversionException">The kernels do not know it.</exception>
    public static Activation ReadActivation(ConversionContext context)
    {
        try
        {
            return Activation.Parse(context.Weights.Activation);
        }
        catch (FormatException unknown)
        {
            throw new ConversionException($"site '{context.Site}': {unknown.Message}", context.Site, Form, unknown);
        }
    }

    /// <summary>An exception that names the site.</summary>
    public static ConversionException Refuse(ConversionContext context, string reason) =>
        new($"site '{context.Site}': {reason}", context.Site, Form);
}
