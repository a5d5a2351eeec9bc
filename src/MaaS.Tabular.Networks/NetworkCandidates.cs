using MaaS.Tabular.Learners;

namespace MaaS.Tabular.Networks;

/// <summary>The networks that are compared beside the other learners where they are asked for.</summary>
public static class NetworkCandidates
{
    /// <summary>Networks with settings that do well on many tables, the quickest first.</summary>
    /// <param name="seed">Seed of weights and order.</param>
    public static IReadOnlyDictionary<string, ILearner> Default(int seed = 1) => new OrderedDictionary<string, ILearner>
    {
        ["mlp"] = new MlpLearner { Options = new NetworkOptions { Seed = seed } },
        ["ft-transformer"] = new FtTransformerLearner { Options = new NetworkOptions { Seed = seed } },
    };
}
