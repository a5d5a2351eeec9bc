using MaaS.Registry.Studies;
using MaaS.Tabular.Features;
using MaaS.Tabular.Learners.Bayes;
using MaaS.Tabular.Learners.Boosting;
using MaaS.Tabular.Learners.Kernels;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Learners.Neighbors;
using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Samples;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Tabular.Pipelines;

/// <summary>The learners that are tuned where none are named.</summary>
public static class TabularSpaces
{
    private const string Choice = "learner";
    private const int MostRowsOfKernels = 5_000, MostColumnsOfProducts = 15;

    private static readonly SearchSpace Shape = new SearchSpace().Categorical("shape", ["none", "yeo-johnson"]);

    /// <summary>Learners and their options: as <see cref="TabularCandidates.Default"/>, without the baseline and the
    /// single tree.</summary>
    /// <param name="task">Classes or numbers.</param>
    /// <param name="rows">Training rows: kernel machines and neighbours are left out above 5,000.</param>
    /// <param name="columns">Columns: linear learners try products of two up to 15.</param>
    /// <param name="seed">Seed of learners.</param>
    public static IReadOnlyList<TunableLearner> Default(TabularTask task, int rows, int columns, int seed = 1)
    {
        var linear = columns <= MostColumnsOfProducts ? Shape.Categorical("products", ["no", "yes"]) : Shape;
        List<TunableLearner> all = task == TabularTask.Classification
            ?
            [
                new("logistic-regression", linear.Float("l2", 1e-3, 1e3, log: true), static v =>
                    new LogisticRegression { L2 = v["l2"].Number, Features = Linear(v) }),
                new("naive-bayes", Shape.Float("smoothing", 1e-9, 1, log: true), static v =>
                    new GaussianNaiveBayes { Smoothing = v["smoothing"].Number, Features = Linear(v) }),
            ]
            :
            [
                new("ridge", linear.Float("l2", 1e-3, 1e4, log: true), static v =>
                    new LinearRegression { L2 = v["l2"].Number, Features = Linear(v) }),
                new("lasso", linear.Float("l1", 1e-4, 1, log: true), v =>
                    new LinearRegression { L1 = v["l1"].Number * rows, L2 = 1e-3, Features = Linear(v) }),
            ];
        if (rows <= MostRowsOfKernels)
        {
            all.Add(new(
                "svm-rbf", Shape.Float("c", 0.1, 1e3, log: true).Float("gamma", 1e-4, 1, log: true), static v =>
                    new SupportVectorMachine
                    {
                        C = v["c"].Number,
                        Gamma = v["gamma"].Number,
                        Features = Linear(v),
                    }));
            all.Add(new("nearest-neighbors", Shape.Int("neighbors", 1, 50, log: true), static v =>
                new NearestNeighbors { Neighbors = (int)v["neighbors"].Number, Features = Linear(v) }));
        }

        if (LightGbm.IsAvailable)
        {
            all.Add(new(
                "gradient-boosting",
                new SearchSpace().Int("rounds", 30, 500, log: true).Float("rate", 0.01, 0.3, log: true)
                    .Int("leaves", 3, 64, log: true).Int("leaf-rows", 1, 50, log: true)
                    .Float("l2", 1e-3, 30, log: true).Float("features", 0.2, 1).Float("rows", 0.5, 1),
                v => new GradientBoosting
                {
                    Rounds = (int)v["rounds"].Number,
                    LearningRate = v["rate"].Number,
                    Leaves = (int)v["leaves"].Number,
                    MinLeafRows = (int)v["leaf-rows"].Number,
                    L2 = v["l2"].Number,
                    FeatureShare = v["features"].Number,
                    RowShare = v["rows"].Number,
                    Seed = seed,
                }));
        }

        var forest = new SearchSpace().Int("leaf-rows", 1, 20, log: true).Float("features", 0.05, 1, log: true);
        all.Add(new("random-forest", forest, v => new RandomForest { Trees = 200, Options = Trees(v, false, seed) }));
        all.Add(new("extra-trees", forest, v => new ExtraTrees { Trees = 200, Options = Trees(v, true, seed) }));
        return all;
    }

    /// <summary>One space of several learners: a choice of the learner, and the options of each where it is chosen, as
    /// <c>random-forest.leaf-rows</c>.</summary>
    /// <exception cref="ArgumentException">There is no learner, a name stands twice, or an option depends on
    /// another.</exception>
    public static SearchSpace Join(IReadOnlyList<TunableLearner> learners)
    {
        ArgumentNullException.ThrowIfNull(learners);
        var space = new SearchSpace().Categorical(Choice, [.. learners.Select(static l => (ParameterValue)l.Name)]);
        foreach (var learner in learners)
        {
            var when = Condition.Of(Choice, learner.Name);
            foreach (var parameter in learner.Space.Parameters)
            {
                var name = $"{learner.Name}.{parameter.Name}";
                space = space.Add(parameter switch
                {
                    { When: not null } => throw new ArgumentException(
                        $"'{learner.Name}': expected options that depend on no other, got '{parameter}'."),
                    FloatParameter p => new FloatParameter(name, p.Low, p.High, p.Log, p.Step, when),
                    IntParameter p => new IntParameter(name, p.Low, p.High, p.Log, p.Step, when),
                    CategoricalParameter p => new CategoricalParameter(name, p.Choices, when),
                    _ => throw new ArgumentException(
                        $"'{learner.Name}': expected a number or a choice, got '{parameter}'."),
                });
            }
        }

        return space;
    }

    /// <summary>The learner that a point of <see cref="Join"/> chooses, and the values of its options.</summary>
    /// <param name="learners">Those that were joined.</param>
    /// <param name="point">A value for each parameter that has a say.</param>
    public static (TunableLearner Learner, IReadOnlyDictionary<string, ParameterValue> Values) Find(
        IReadOnlyList<TunableLearner> learners, IReadOnlyDictionary<string, ParameterValue> point)
    {
        ArgumentNullException.ThrowIfNull(learners);
        ArgumentNullException.ThrowIfNull(point);
        var learner = learners.Single(l => l.Name == point[Choice].ToString());
        var prefix = $"{learner.Name}.";
        return (learner, point.Where(p => p.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(p => p.Key[prefix.Length..], static p => p.Value, StringComparer.Ordinal));
    }

    private static FeatureOptions Linear(IReadOnlyDictionary<string, ParameterValue> values) => new()
    {
        Transform = values["shape"].ToString() == "none" ? NumberTransform.None : NumberTransform.YeoJohnson,
        Interactions = values.TryGetValue("products", out var products) && products.ToString() == "yes",
    };

    private static TreeOptions Trees(IReadOnlyDictionary<string, ParameterValue> values, bool drawn, int seed) => new()
    {
        MinLeafRows = (int)values["leaf-rows"].Number,
        FeatureShare = values["features"].Number,
        RandomThresholds = drawn,
        Seed = seed,
    };
}
