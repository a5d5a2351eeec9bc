namespace MaaS.Training.Pruning.Analysis;

/// <summary>How a family of operators passes channels on.</summary>
internal interface IChannelRule
{
    /// <summary>ATen's names without <c>aten::</c> and without the trailing <c>_</c> of in-place variants.</summary>
    IEnumerable<string> Operators { get; }

    /// <summary>Joins, pins and consumes the channels of the arguments and labels the results.</summary>
    void Apply(ChannelCall call);
}
