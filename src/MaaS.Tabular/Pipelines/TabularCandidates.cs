using MaaS.Tabular.Features;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Bayes;
using MaaS.Tabular.Learners.Boosting;
using MaaS.Tabular.Learners.Kernels;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Learners.Neighbors;
using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Pipelines;

/// <summary>The learners that are compared where none are named.</summary>
public static class TabularCandidates
{
    private const int MostRowsOfKernels = 5_000;

    /// <summary>Learners with settings that do well on many tables, the quickest first.</summary>
    /// <param name="task">Classes or numbers.</param>
    /// <param name="rows">Training rows: kernel machines and neighbours are left out above 5,000. Gradient boosting is
    /// left out where LightGBM's library does not load.</param>
    /// <param name="seed">Seed of forests.</param>
    public static IReadOnlyDictionary<string, ILearner> Default(TabularTask task, int rows, int seed = 1)
    {
        List<(string Name, ILearner Learner)> all = [("baseline", new ConstantLearner())];
        if (task == TabularTask.Classification)
        {
            all.AddRange(
            [
                ("naive-bayes", new GaussianNaiveBayes()),
                ("logistic-regression", new LogisticRegression()),
                ("logistic-regression L2=10", new LogisticRegression { L2 = 10 }),
                ("logistic-regression yeo-johnson", new LogisticRegression { Features = YeoJohnson }),
            ]);
        }
        else
        {
            all.AddRange(
            [
                ("ridge", new LinearRegression()),
                ("ridge yeo-johnson", new LinearRegression { Features = YeoJohnson }),
                ("lasso", new LinearRegression { L1 = 0.05 * rows, L2 = 0 }),
            ]);
        }

        all.Add((
            "decision-tree",
            new DecisionTree { Options = new TreeOptions { MaxDepth = 5, MinLeafRows = 5, Seed = seed } }));
        if (rows <= MostRowsOfKernels)
        {
            all.AddRange(
            [
                ("nearest-neighbors", new NearestNeighbors()),
                ("nearest-neighbors 15", new NearestNeighbors { Neighbors = 15 }),
                ("svm-linear", new SupportVectorMachine { Linear = true, C = 0.1 }),
                ("svm-rbf", new SupportVectorMachine()),
                ("svm-rbf C=10", new SupportVectorMachine { C = 10 }),
            ]);
        }

        if (LightGbm.IsAvailable)
        {
            all.AddRange(
            [
                ("gradient-boosting", new GradientBoosting { Seed = seed }),
                ("gradient-boosting slow", new GradientBoosting
                {
                    Seed = seed, LearningRate = 0.05, Rounds = 150, Leaves = 15, MinLeafRows = 10,
                }),
            ]);
        }

        all.AddRange(
        [
            ("random-forest",
                new RandomForest { Trees = 200, Options = new TreeOptions { FeatureShare = null, Seed = seed } }),
            ("extra-trees", new ExtraTrees
            {
                Trees = 200, Options = new TreeOptions { FeatureShare = null, RandomThresholds = true, Seed = seed },
            }),
        ]);
        return new OrderedDictionary<string, ILearner>(all.Select(static c => KeyValuePair.Create(c.Name, c.Learner)));
    }

    private static FeatureOptions YeoJohnson { get; } = new() { Transform = NumberTransform.YeoJohnson };
}
