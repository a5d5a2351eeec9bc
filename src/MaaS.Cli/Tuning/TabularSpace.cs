using MaaS.Registry.Studies;
using MaaS.Tabular.Features;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Bayes;
using MaaS.Tabular.Learners.Boosting;
using MaaS.Tabular.Learners.Kernels;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Learners.Neighbors;
using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Pipelines;
using MaaS.Tabular.Samples;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Cli.Tuning;

/// <summary>The learners of tables and the ranges of their parameters.</summary>
internal static class TabularSpace
{
    private const string Learner = "learner", Boosting = "gradient-boosting", Forest = "random-forest",
        Extra = "extra-trees", Logistic = "logistic-regression", Ridge = "ridge", Bayes = "naive-bayes",
        Neighbors = "nearest-neighbors", Svm = "svm-rbf";

    // Kernel machines and neighbours take too long on more, as in TabularCandidates.
    private const int MostRowsOfKernels = 5_000;

    /// <param name="task">Classes or numbers.</param>
    /// <param name="rows">Of the table.</param>
    public static SearchSpace Of(TabularTask task, int rows)
    {
        string[] learners =
        [
            .. TabularCandidates.Default(task, rows).ContainsKey(Boosting) ? [Boosting] : Array.Empty<string>(), Forest,
            Extra,
            .. task == TabularTask.Classification ? [Logistic, Bayes] : new[] { Ridge },
            .. rows <= MostRowsOfKernels ? [Neighbors, Svm] : Array.Empty<string>(),
        ];
        Condition When(params string[] names) => Condition.Of(
            Learner, [.. names.Where(learners.Contains).Select(static n => (ParameterValue)n)]);
        var space = new SearchSpace()
            .Categorical(Learner, [.. learners.Select(static n => (ParameterValue)n)]);
        if (learners.Contains(Boosting))
        {
            space = space
                .Int("rounds", 50, 800, log: true, when: When(Boosting))
                .Float("learning-rate", 0.01, 0.3, log: true, when: When(Boosting))
                .Int("leaves", 4, 128, log: true, when: When(Boosting))
                .Float("l2", 1e-3, 100, log: true, when: When(Boosting));
        }

        var linear = task == TabularTask.Classification ? Logistic : Ridge;
        space = space
            .Int("min-leaf-rows", 1, 50, log: true, when: When(Boosting, Forest, Extra))
            .Int("trees", 100, 400, step: 100, when: When(Forest, Extra))
            .Float("feature-share", 0.1, 1, when: When(Forest, Extra))
            .Float("penalty", 1e-3, 1e3, log: true, when: When(linear))
            .Categorical("transform", ["none", "yeo-johnson"], when: When(linear, Bayes, Neighbors, Svm));
        return rows > MostRowsOfKernels ? space : space
            .Int("neighbors", 1, 50, log: true, when: When(Neighbors))
            .Float("c", 1e-2, 1e3, log: true, when: When(Svm));
    }

    /// <summary>The learner of a point.</summary>
    public static ILearner Make(IReadOnlyDictionary<string, ParameterValue> point, int seed)
    {
        double Number(string name) => point[name].Number;
        int Whole(string name) => (int)point[name].Number;
        FeatureOptions Features() => point["transform"] == "yeo-johnson"
            ? new FeatureOptions { Transform = NumberTransform.YeoJohnson } : new FeatureOptions();
        TreeOptions Tree(bool drawn) => new()
        {
            MinLeafRows = Whole("min-leaf-rows"),
            FeatureShare = Number("feature-share"),
            RandomThresholds = drawn,
            Seed = seed,
        };
        return point[Learner].ToString() switch
        {
            Boosting => new GradientBoosting
            {
                Rounds = Whole("rounds"),
                LearningRate = Number("learning-rate"),
                Leaves = Whole("leaves"),
                MinLeafRows = Whole("min-leaf-rows"),
                L2 = Number("l2"),
                Seed = seed,
            },
            Forest => new RandomForest { Trees = Whole("trees"), Options = Tree(drawn: false) },
            Extra => new ExtraTrees { Trees = Whole("trees"), Options = Tree(drawn: true) },
            Logistic => new LogisticRegression { L2 = Number("penalty"), Features = Features() },
            Ridge => new LinearRegression { L2 = Number("penalty"), Features = Features() },
            Bayes => new GaussianNaiveBayes { Features = Features() },
            Neighbors => new NearestNeighbors { Neighbors = Whole("neighbors"), Features = Features() },
            Svm => new SupportVectorMachine { C = Number("c"), Features = Features() },
            var other => throw new ArgumentException($"tabular: expected a learner that is known, got '{other}'."),
        };
    }
}
