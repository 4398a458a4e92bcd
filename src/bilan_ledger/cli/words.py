"""The words of the command line, in French and in English.

Decides: the language of this process (`--lang`, else the locale), and every label and help.
Refuses to know: errors and refusals; their words are in `messages`.
"""

import os
import sys
from collections.abc import Mapping, Sequence

WORDS: dict[str, tuple[str, str]] = {
    # help of the whole
    "help": (
        "Le registre sous le taux de réalisation d'une municipalité. Chaque commande a son "
        "--help. Codes de sortie : 0 bien, 1 une erreur ou un chiffre publié contredit, 2 mauvaise "
        "valeur ou mauvais usage, 3 refusé par les règles, 4 introuvable, 5 registre "
        "indisponible, 6 douteux, 130 interrompu.",
        "The record under a municipality's completion figure. Every command has its --help. "
        "Exit codes: 0 well, 1 an error or a contradicted figure, 2 a bad value or bad usage, "
        "3 refused by the rules, 4 not found, 5 ledger unavailable, 6 doubtful, 130 interrupted.",
    ),
    "group-record": ("Enregistrer", "Record"),
    "group-ask": ("Interroger", "Ask"),
    "group-keep": ("Conserver", "Keep"),
    "part-missing": (
        "cette installation ne peut que vérifier, ou il lui manque {name}. Pour un registre : "
        "pip install bilan-ledger ; pour les horodatages : pip install 'bilan-ledger[tsa]' ; "
        "pour le rapport : pip install 'bilan-ledger[report]' ; pour tous les programmes d'un pays : "
        "pip install 'bilan-ledger[nation]'",
        "this installation can only verify, or lacks {name}. For a ledger: pip install "
        "bilan-ledger; for timestamps: pip install 'bilan-ledger[tsa]'; for the report: "
        "pip install 'bilan-ledger[report]'; for all plans of a nation: "
        "pip install 'bilan-ledger[nation]'",
    ),
    # report
    "do-report": (
        "Écrire le rapport : un dossier de pages à copier sur n'importe quel serveur web.",
        "Write the report: a folder of pages to copy to any web server.",
    ),
    "do-chart": ("Dessiner la courbe seule, en SVG ou PNG.", "Draw the curve alone, as SVG or PNG."),
    "opt-folder": ("Le dossier à écrire.", "The folder to write."),
    "opt-picture": ("Le fichier à écrire : .svg ou .png.", "The file to write: .svg or .png."),
    "opt-election": (
        "Jour d'une élection (répétable) ; la période préélectorale (L52-1) est ombrée.",
        "Day of an election (repeatable); the pre-election period (L52-1) is shaded.",
    ),
    "report-made": (
        "Rapport écrit : {pages} pages, {size} ko. Ouvrez {path}",
        "Report written: {pages} pages, {size} kB. Open {path}",
    ),
    "picture-made": ("Dessin écrit : {path}", "Chart written: {path}"),
    "picture-kind": (
        "« {value} » : nommez un fichier .svg ou .png.",
        '"{value}": name a .svg or .png file.',
    ),
    # nation
    "do-export-columns": (
        "Écrire en Parquet ce qui fait bouger les chiffres de tous les programmes.",
        "Write what moves the figures of all plans as Parquet.",
    ),
    "do-nation": (
        "Afficher le chiffre de tous les programmes ensemble, à partir des colonnes.",
        "Print the figure of all plans together, from the columns.",
    ),
    "opt-columns-folder": (
        "Le dossier des colonnes (bilan export-columns).",
        "The folder of the columns (bilan export-columns).",
    ),
    "opt-workers": ("Combien de processus lisent le registre.", "How many processes read the ledger."),
    "opt-by-place": (
        "Détail par region, department ou plan.",
        "Break down by region, department or plan.",
    ),
    "opt-known-index": ("Tel que connu : numéro d'écriture.", "As known at: an entry's index."),
    "columns-written": (
        "{path} : colonnes de {plans} programmes, {entries} écritures.",
        "{path}: columns of {plans} plans, {entries} entries.",
    ),
    "all-plans": ("ensemble", "all together"),
    "region": ("région", "region"),
    "department": ("département", "department"),
    "plan": ("programme", "plan"),
    # simulate
    "do-simulate": (
        "Créer un registre de communes simulées, pour essayer et mesurer ; même graine, mêmes écritures.",
        "Make a ledger of simulated communes, to try and to measure; same seed, same entries.",
    ),
    "opt-simulated-file": (
        "Le registre à créer : un fichier, ou une adresse postgresql://.",
        "The ledger to make: a file, or a postgresql:// address.",
    ),
    "opt-communes": ("Combien de communes.", "How many communes."),
    "opt-seed": ("La graine du tirage.", "The seed of what is drawn."),
    "opt-actions-mean": ("Nombre moyen d'actions d'une commune.", "Mean number of actions of a commune."),
    "simulating": ("Simulation", "Simulating"),
    "simulated": (
        "{path} : {communes} communes simulées, {actions} actions, {entries} écritures.",
        "{path}: {communes} simulated communes, {actions} actions, {entries} entries.",
    ),
    # proof
    "group-prove": ("Prouver", "Prove"),
    "do-key": ("Les clés qui signent : new, show.", "The keys that sign: new, show."),
    "do-key-new": (
        "Créer une clé ; le secret va dans un fichier, la clé publique s'affiche.",
        "Make a key; the secret goes into a file, the public key is printed.",
    ),
    "do-key-show": ("Afficher la clé publique.", "Print the public key."),
    "do-checkpoint": (
        "Signer le registre tel qu'il est (--key), joindre une contresignature (--add), ou lister.",
        "Sign the ledger as it is (--key), take in a cosignature (--add), or list.",
    ),
    "do-cosign": (
        "Témoin : contresigner le point de contrôle d'une collectivité, après vérification.",
        "As a witness: cosign a city's checkpoint, after checking it.",
    ),
    "do-timestamp": ("Horodatages RFC 3161 : request, add.", "RFC 3161 timestamps: request, add."),
    "do-timestamp-request": (
        "Écrire la demande à envoyer à une autorité d'horodatage.",
        "Write the request to send to a timestamping authority.",
    ),
    "do-timestamp-add": (
        "Vérifier la réponse d'une autorité et la conserver.",
        "Verify an authority's answer and keep it.",
    ),
    "do-prove": ("Écrire le dossier de preuve d'un chiffre publié.", "Write the proof bundle of a published figure."),
    "do-verify": (
        "Vérifier un dossier de preuve, sans le registre et sans faire confiance.",
        "Verify a proof bundle, without the ledger and without trust.",
    ),
    "do-audit": (
        "Tout relire, depuis un registre, un ledger.jsonl ou un dossier de preuve, et dire ce qui ne va pas.",
        "Read everything again, from a ledger, a ledger.jsonl or a proof bundle, and say what is wrong.",
    ),
    "do-export": ("Écrire le registre en un fichier, une écriture par ligne.", "Write the ledger as a file, one entry a line."),
    "do-erase": (
        "Effacer les textes qu'une écriture scelle (données personnelles) ; l'écriture reste.",
        "Erase the texts that an entry seals (personal data); the entry stays.",
    ),
    "do-evidence-add": (
        "Conserver une copie d'un fichier dans les archives.",
        "Keep a copy of a file in the archive.",
    ),
    "do-evidence-attach": (
        "Joindre une pièce justificative, avec un chiffre clé s'il y en a un.",
        "Attach a piece of evidence, with a key figure if there is one.",
    ),
    "do-evidence-list": ("Montrer les fichiers conservés, et les vérifier.", "Show the files that are kept, and verify them."),
    "do-evidence-export": ("Copier un fichier conservé.", "Copy a kept file out."),
    "opt-key": ("Clé publique (ou fichier) en qui vous avez confiance.", "Public key (or its file) that you trust."),
    "opt-key-name": ("Nom de la clé : l'adresse du registre, ou du témoin.", "The key's name: the address of the ledger, or of the witness."),
    "opt-key-out": ("Fichier du secret (lisible de vous seul).", "The secret's file (readable by you alone)."),
    "opt-witness": ("Une clé de témoin.", "A witness's key."),
    "opt-secret-key": ("Fichier de la clé secrète.", "The secret key's file."),
    "opt-log-key": ("Clé publique de la collectivité.", "The city's public key."),
    "opt-add-note": ("Joindre ce point de contrôle contresigné.", "Take in this cosigned checkpoint."),
    "opt-archive": (
        "Dossier des archives (par défaut, à côté du registre : ville.archive).",
        "The archive's folder (by default beside the ledger: town.archive).",
    ),
    "opt-file": ("Le fichier.", "The file."),
    "opt-out": ("Le fichier à écrire.", "The file to write."),
    "opt-entries": ("ledger.jsonl de la collectivité, pour vérifier.", "The city's ledger.jsonl, to check."),
    "opt-size": ("Taille du point de contrôle.", "The checkpoint's size."),
    "opt-tsa": ("Certificats (PEM) de l'autorité d'horodatage.", "Certificates (PEM) of the timestamping authority."),
    "opt-figure": ("Programme, programme#version ou numéro d'écriture.", "Plan, plan#version, or an entry's index."),
    "opt-at": ("Point de contrôle de la publication, s'il n'est pas dans les archives.", "Checkpoint of the publication, if it is not in the archive."),
    "opt-plan-only": ("Seulement les écritures du programme, chacune avec sa preuve.", "Only the entries of the plan, each with its proof."),
    "opt-note-file": ("Point de contrôle auquel confronter.", "Checkpoint to hold it against."),
    "opt-today": ("Le jour où l'on demande (par défaut aujourd'hui).", "The day on which it is asked (default today)."),
    "opt-sarif": ("Écrire aussi un fichier SARIF, pour l'intégration continue.", "Also write a SARIF file, for CI."),
    "opt-report": ("Écrire aussi une page HTML.", "Also write an HTML page."),
    "opt-source": ("Registre, ledger.jsonl ou dossier de preuve.", "Ledger, ledger.jsonl or proof bundle."),
    "opt-erase-entry": ("Numéro de l'écriture (bilan log).", "The entry's index (bilan log)."),
    "opt-field": (
        "Seulement ce texte : note, reason, responsible, quotation, sealed_sha256, recorded_by.",
        "Only this text: note, reason, responsible, quotation, sealed_sha256, recorded_by.",
    ),
    "opt-finish": ("Nettoyer les fichiers après un effacement interrompu.", "Clean the files after an erasure that was interrupted."),
    "opt-attach-to": ("Joindre aussitôt à ce programme ou cette action.", "Attach at once to this plan or action."),
    "opt-private": (
        "Le fichier peut nommer une personne : son empreinte est scellée, effaçable.",
        "The file may name a person: its hash is sealed, erasable.",
    ),
    "opt-sha256-of": ("SHA-256 du fichier conservé.", "SHA-256 of the kept file."),
    "which-archive": (
        "où sont les archives ? Donnez --archive DOSSIER, ou BILAN_ARCHIVE.",
        "where is the archive? Give --archive FOLDER, or BILAN_ARCHIVE.",
    ),
    "key-made": (
        "Secret : {path}, lisible de vous seul ; gardez-le loin du registre. Clé publique, à publier :",
        "Secret: {path}, readable by you alone; keep it away from the ledger. Public key, to be published:",
    ),
    "checkpoint-kept": ("conservé : {path}. Publiez ce texte hors de la mairie.", "kept: {path}. Publish this text outside the town hall."),
    "signatures-left": (
        "signatures non reprises, leur clé n'est pas connue : {names}. Donnez-la : --signer CLÉ_PUBLIQUE",
        "signatures not taken in, their key is not known: {names}. Give it: --signer PUBLIC_KEY",
    ),
    "witness-signs-not": ("une clé de témoin ne signe pas le registre (bilan cosign).", "a witness's key does not sign the ledger (bilan cosign)."),
    "not-a-witness": ("cette clé n'est pas d'un témoin (bilan key new --witness).", "this key is not a witness's (bilan key new --witness)."),
    "cosigned": ("{size} écritures contresignées : {path}", "{size} entries cosigned: {path}"),
    "other-origin": (
        "{path} garde le dernier point de contrôle d'un autre registre ({origin}) ; une clé de témoin par registre.",
        "{path} keeps the last checkpoint of another ledger ({origin}); one witness key a ledger.",
    ),
    "entries-missing": (
        "ce témoin a déjà vu {size} écritures : donnez le ledger.jsonl de la collectivité (--entries) pour vérifier qu'il n'a fait que s'allonger.",
        "this witness has already seen {size} entries: give the city's ledger.jsonl (--entries) to check that it only grew.",
    ),
    "written": ("Écrit : {path}", "Written: {path}"),
    "timestamped": ("{size} écritures existaient le {when} ; horodatage conservé.", "{size} entries existed on {when}; timestamp kept."),
    "proof-made": (
        "{path} : publication à {size} écritures, registre actuel à {now}. À vérifier par : bilan verify {path}",
        "{path}: publication at {size} entries, ledger now at {now}. To be checked with: bilan verify {path}",
    ),
    "exported": ("{path} : {entries} écritures, une par ligne.", "{path}: {entries} entries, one a line."),
    "do-publish-data": (
        "Publier le registre en données ouvertes : Data Package, CSV, schémas (--parquet).",
        "Publish the ledger as open data: Data Package, CSV, schemas (--parquet).",
    ),
    "do-export-table": (
        "Écrire une table pour un tableur : .csv, ou toutes en .xlsx.",
        "Write a table for a spreadsheet: .csv, or all of them as .xlsx.",
    ),
    "do-export-decidim": (
        "Écrire les réalisations que l'administration de Decidim importe.",
        "Write the results that Decidim's administration imports.",
    ),
    "opt-data-folder": ("Le dossier du jeu de données.", "The folder of the package."),
    "opt-licence": ("etalab-2.0 ou ODbL-1.0.", "etalab-2.0 or ODbL-1.0."),
    "opt-parquet": ("Écrire aussi des fichiers Parquet.", "Also write Parquet files."),
    "opt-table": ("actions, entries, figures ou measures.", "actions, entries, figures or measures."),
    "opt-decidim-table": (
        "Fichier TOML : identifiants du site pour axes, thèmes et statuts.",
        "TOML file: the site's ids for axes, themes and statuses.",
    ),
    "published": ("Écrit : {path} ({files})", "Written: {path} ({files})"),
    "table-suffix": ("le nom du fichier finit par .csv ou .xlsx.", "the file's name ends in .csv or .xlsx."),
    "table-name": ("choisissez une table : {allowed}.", "choose a table: {allowed}."),
    "log-imported": (
        "{path} : {new} écritures reprises, {entries} dans le registre.",
        "{path}: {new} entries taken in, {entries} in the ledger.",
    ),
    "opt-texts-file": (
        "Les textes scellés d'un registre exporté (par défaut, ceux qui sont à côté).",
        "The sealed texts of an exported log (by default, those that lie beside it).",
    ),
    "exported-texts": (
        "{path} : des données personnelles ; à garder, jamais à publier.",
        "{path}: personal data; to be kept, never to be published.",
    ),
    "opt-texts": (
        "Écrire aussi, à côté, les textes scellés (données personnelles).",
        "Also write the sealed texts beside it (personal data).",
    ),
    "scrubbed": ("Fichiers nettoyés.", "Files cleaned."),
    "erase-what": ("donnez le numéro de l'écriture et --reason.", "give the entry's index and --reason."),
    "erased-backups": (
        "Les sauvegardes et copies faites avant contiennent encore ces textes : effacez-les aussi.",
        "Backups and copies made before still hold these texts: destroy them too.",
    ),
    "proven": ("PROUVÉ :", "PROVEN:"),
    "not-proven": ("NON PROUVÉ :", "NOT PROVEN:"),
    "disproved": ("FAUX :", "FALSE:"),
    "severity-error": ("ERREUR", "ERROR"),
    "severity-warning": ("ALERTE", "WARNING"),
    "severity-notice": ("À NOTER", "NOTICE"),
    "verify-refuted": ("Ce dossier ne prouve pas le chiffre : quelque chose y est faux.", "This bundle does not prove the figure: something in it is false."),
    "verify-untrusted": (
        "Rien n'est faux, mais la clé vient du dossier lui-même : sans l'avoir comparée, cela ne prouve rien contre qui l'a fait.",
        "Nothing is false, but the key comes from the bundle itself: until you compare it, this proves nothing against whoever made it.",
    ),
    "verify-trusted": ("Tout ce qui peut être vérifié tient.", "All that can be verified holds."),
    "audited": (
        "{source} : {entries} écritures, racine {root}…",
        "{source}: {entries} entries, root {root}…",
    ),
    "audit-counts": (
        "Erreurs : {errors}. Alertes : {warnings}. À noter : {notices}.",
        "Errors: {errors}. Warnings: {warnings}. Notices: {notices}.",
    ),
    "audit-more": ("… et {count} autres de même (--json les donne toutes)", "… and {count} more of the kind (--json gives all)"),
    "audit-clean": ("Rien à signaler.", "Nothing to report."),
    "size": ("écritures", "entries"),
    "root": ("racine", "root"),
    "signed-by": ("signé par", "signed by"),
    "media-type": ("type", "type"),
    "bytes": ("octets", "bytes"),
    "whole": ("intact", "intact"),
    "changed": ("MODIFIÉ", "CHANGED"),
    "gone": ("absent", "missing"),
    "state": ("état", "state"),
    "sha256": ("SHA-256", "SHA-256"),
    "no-captured": ("Aucun fichier conservé.", "No file is kept."),
    "event-erased": ("textes effacés", "texts erased"),
    "do-follow": (
        "Les écritures au fur et à mesure, jusqu'à interruption (--after pour reprendre).",
        "The entries as they come, until interrupted (--after to go on).",
    ),
    "do-tables": (
        "Les chiffres en tables SQL : update, rebuild ou status.",
        "The figures as SQL tables: update, rebuild or status.",
    ),
    "do-backup": ("Copier le fichier du registre, et vérifier la copie.", "Copy the ledger file, and verify the copy."),
    "do-restore": (
        "Faire un fichier de registre d'une sauvegarde vérifiée.",
        "Make a ledger file of a backup that was verified.",
    ),
    "opt-writer": ("PostgreSQL : le rôle qui écrit.", "PostgreSQL: the role that writes."),
    "opt-reader": ("PostgreSQL : le rôle qui lit.", "PostgreSQL: the role that reads."),
    "opt-apply": ("Accorder ces droits, au lieu de les montrer seulement.", "Grant these rights instead of only printing them."),
    "opt-until": ("S'arrêter à cette écriture.", "Stop at this entry."),
    "opt-copy": ("Le fichier de la copie.", "The file of the copy."),
    "opt-backup": ("La sauvegarde.", "The backup."),
    "tables-what": (
        "« {value} » : update, rebuild ou status.",
        '"{value}": update, rebuild or status.',
    ),
    "lag": (
        "Tables à jour jusqu'à l'écriture {position} sur {last} ({behind} à venir).",
        "Tables stand at entry {position} of {last} ({behind} to come).",
    ),
    "rebuilding": ("Reconstruction des tables", "Rebuilding the tables"),
    "copied": ("{path} : {entries} écritures, vérifiées.", "{path}: {entries} entries, verified."),
    # mapped imports
    "do-import": (
        "Importer des tableaux (CSV, XLSX) selon une correspondance (--mapping), ou en proposer "
        "une (--suggest).",
        "Import tables (CSV, XLSX) by a mapping (--mapping), or propose one (--suggest).",
    ),
    "opt-files": ("Les fichiers, dans l'ordre.", "The files, in order."),
    "opt-mapping": ("Le fichier de correspondance (TOML).", "The mapping file (TOML)."),
    "opt-suggest": ("Proposer une correspondance à relire.", "Propose a mapping to edit."),
    "opt-dry-run": ("Montrer ce qui serait enregistré, sans rien enregistrer.", "Show what would be recorded, and record nothing."),
    "opt-partial": (
        "Enregistrer les bonnes lignes, et écrire les autres dans ce fichier.",
        "Record the good rows, and write the others to this file.",
    ),
    "opt-accept-vanished": (
        "Accepter que beaucoup d'actions ne soient plus dans la liste.",
        "Accept that many actions are no longer in the list.",
    ),
    "opt-list-day": (
        "Le jour dont parle la liste (au lieu de celui de la correspondance).",
        "The day that the list tells of (instead of the mapping's).",
    ),
    "which-file": ("quel fichier ? bilan import FICHIER --mapping CORRESPONDANCE.toml",
                   "which file? bilan import FILE --mapping MAPPING.toml"),
    "which-mapping": (
        "donnez --mapping CORRESPONDANCE.toml, ou proposez-en une : bilan import --suggest FICHIER",
        "give --mapping MAPPING.toml, or have one proposed: bilan import --suggest FILE",
    ),
    "preparing": ("Lecture et vérification", "Reading and checking"),
    "importing": ("Import", "Importing"),
    "speed": ("{number} écritures/s", "{number} entries/s"),
    "place": ("source", "source"),
    "import-count": ("{count:>8}  {name}", "{count:>8}  {name}"),
    "import-would": (
        "{plan} : {count} écritures seraient enregistrées ; rien ne l'a été.",
        "{plan}: {count} entries would be recorded; nothing was.",
    ),
    "import-done": ("{plan} : {count} écritures enregistrées.", "{plan}: {count} entries recorded."),
    "import-left-out": ("Lignes écartées : {count}, dans {path}.", "Rows left out: {count}, in {path}."),
    # commands
    "do-init": ("Créer un registre vide.", "Make a new, empty ledger."),
    "do-plan": (
        "Ouvrir un programme, ou (--amend JOUR) en changer les termes à partir d'un jour.",
        "Open a plan, or (--amend DAY) change its terms from a day on.",
    ),
    "do-propose": ("Inscrire une action au programme.", "Put an action on the plan's list."),
    "do-engage": ("Une action est engagée.", "An action has begun."),
    "do-realise": ("Une action est réalisée.", "An action is complete."),
    "do-abandon": ("Une action est abandonnée.", "An action is given up."),
    "do-reopen": (
        "Reprendre une action réalisée ou abandonnée.",
        "Take a realised or abandoned action up again.",
    ),
    "do-retract": (
        "Retirer une écriture : elle n'a jamais été vraie. Avec --replace-on, la même écriture "
        "est refaite à une autre date.",
        "Withdraw an entry: it was never so. With --replace-on, the same entry is made again "
        "on another date.",
    ),
    "do-scope": (
        "Changer le périmètre : withdraw, merge, split, supersede, not-assessable, "
        "not-assessed, restore.",
        "Change the scope: withdraw, merge, split, supersede, not-assessable, not-assessed, "
        "restore.",
    ),
    "do-describe": (
        "Changer titre, axe, thème, étiquettes ou responsable à partir d'un jour exact.",
        "Change title, axis, theme, tags or responsible from one exact day on.",
    ),
    "do-qualify": (
        "Ajouter une mention au statut (late, suspended, blocked, partial), ou l'ôter (none).",
        "Say more about the status (late, suspended, blocked, partial), or no more (none).",
    ),
    "do-evidence": (
        "Les pièces justificatives : attach, add, list, export.",
        "The evidence: attach, add, list, export.",
    ),
    "do-publish-figure": (
        "Enregistrer un pourcentage tel qu'il a été imprimé.",
        "Record a percentage as it was printed.",
    ),
    "do-show": ("Montrer un programme ou une action.", "Show a plan or an action."),
    "do-figure": (
        "Le chiffre d'un jour, tel qu'on le connaît.",
        "The figure of a day, as it is known.",
    ),
    "do-replay": (
        "Rejouer le chiffre : sa courbe au fil des jours, ses révisions, ou ce qui aurait été "
        "publié chaque jour.",
        "Replay the figure: its curve over days, its revisions, or what would have been "
        "published each day.",
    ),
    "do-explain": (
        "Ce qui a fait bouger le chiffre entre deux jours.",
        "What moved the figure between two days.",
    ),
    "do-reconcile": (
        "Confronter les chiffres publiés au registre ; code 1 si l'un est contredit.",
        "Hold the published figures against the ledger; exit code 1 if one is contradicted.",
    ),
    "do-log": ("Les écritures, dans l'ordre.", "The entries, in order."),
    # options
    "opt-ledger": (
        "Le fichier du registre (à défaut : le seul *.ledger du dossier).",
        "The ledger file (by default: the only *.ledger in this folder).",
    ),
    "opt-json": ("Sortie JSON, pour les programmes.", "JSON output, for programs."),
    "opt-lang": ("fr ou en (à défaut : la langue du système).", "fr or en (default: the locale)."),
    "opt-by": ("Qui enregistre (à défaut : l'utilisateur).", "Who records (default: the user)."),
    "opt-stated-at": (
        "Histoire reprise : l'instant où la source dit l'avoir enregistré.",
        "Imported history: the instant at which the source says it recorded this.",
    ),
    "opt-action": ("L'action : programme/action.", "The action: plan/action."),
    "opt-subject": ("Une action (programme/action) ou un programme.", "An action (plan/action) or a plan."),
    "opt-plans": (
        "Un programme, ou plusieurs pris ensemble.",
        "A plan, or several taken together.",
    ),
    "opt-plan": ("La clé du programme.", "The plan's key."),
    "opt-when": (
        "Date d'effet : 2023-04-15, 2023-04, 2023 ou 2020-06/2024-03.",
        "Effective date: 2023-04-15, 2023-04, 2023 or 2020-06/2024-03.",
    ),
    "opt-day": ("Un jour exact : 2023-12-31.", "One exact day: 2023-12-31."),
    "opt-known": (
        "Tel que connu : numéro d'écriture, jour, instant, checkpoint:FICHIER, ou stated:JOUR (date déclarée).",
        "As known at: an entry's index, a day, an instant, checkpoint:FILE, or stated:DAY (stated date).",
    ),
    "opt-reason": ("Pourquoi (conservé à part, effaçable).", "Why (kept apart, erasable)."),
    "opt-note": ("Note (conservée à part, effaçable).", "Note (kept apart, erasable)."),
    "opt-title": ("Intitulé.", "Title."),
    "opt-axis": ("Clé de l'axe.", "The axis's key."),
    "opt-theme": ("Clé du thème.", "The theme's key."),
    "opt-tag": ("Étiquette (répétable).", "Tag (may be repeated)."),
    "opt-responsible": (
        "Responsable (conservé à part, effaçable).",
        "Who is responsible (kept apart, erasable).",
    ),
    "opt-qualifier": ("Mention : late, suspended, blocked, partial.", "late, suspended, blocked, partial."),
    "opt-not-assessed": ("Personne n'a encore évalué l'action.", "Nobody has assessed the action yet."),
    "opt-at-least": (
        "La source dit « engagée ou réalisée », sans préciser.",
        'The source says "engaged or realised", not which.',
    ),
    "opt-to": ("proposed ou engaged.", "proposed or engaged."),
    "opt-entry": ("Le numéro de l'écriture dans l'histoire de l'action (#1, #2…).",
                  "The entry's number in the history of the action (#1, #2…)."),
    "opt-replace-on": ("La bonne date d'effet.", "The right effective date."),
    "opt-target": ("L'action qui prend la suite (répétable pour split).",
                   "The action that carries it on (repeat for split)."),
    "opt-evidence": ("Titre d'une pièce justificative.", "Title of a piece of evidence."),
    "opt-scope-kind": (
        "withdraw (retirée du programme), merge, split, supersede (reprise par --target), not-assessable, not-assessed ou restore.",
        "withdraw (it left the plan), merge, split, supersede (carried on by --target), not-assessable, not-assessed or restore.",
    ),
    "opt-kind": ("report, deliberation, contract, photo, press, data, web, other.",
                 "report, deliberation, contract, photo, press, data, web, other."),
    "opt-url": ("Adresse de la pièce.", "The document's address."),
    "opt-locator": ("Où dans la pièce : page, article.", "Where in it: page, article."),
    "opt-publisher": ("Qui l'a publiée.", "Who published it."),
    "opt-dated": ("Sa date.", "Its date."),
    "opt-sha256": ("Empreinte du fichier conservé.", "Digest of the captured file."),
    "opt-media-type": ("Type du fichier, par exemple application/pdf.", "Its type, such as application/pdf."),
    "opt-deliberation": ("DELIB_ID de la délibération.", "DELIB_ID of the council's decision."),
    "opt-quotation": ("Citation (conservée à part, effaçable).", "Quotation (kept apart, erasable)."),
    "opt-indicator": ("Chiffre clé : l'indicateur.", "Key figure: the indicator."),
    "opt-value": ("Chiffre clé : la valeur.", "Key figure: the value."),
    "opt-unit": ("Chiffre clé : l'unité.", "Key figure: the unit."),
    "opt-precision": ("exact, at-least, at-most, about.", "exact, at-least, at-most, about."),
    "opt-target-value": ("Chiffre clé : la cible.", "Key figure: the target."),
    "opt-as-of": ("Chiffre clé : à quelle date.", "Key figure: as of when."),
    "opt-provisional": ("Chiffre clé provisoire.", "The key figure is provisional."),
    "opt-percentage": ("Le pourcentage imprimé, par exemple 81.", "The printed percentage, such as 81."),
    "opt-of": ("De combien d'actions.", "Of how many actions."),
    "opt-published": ("Quand il a été publié.", "When it was published."),
    "opt-counted": ("Statut compté (répétable).", "Status that counts (may be repeated)."),
    "opt-base": ("all, without-abandoned, initial-list, without-not-assessable.",
                 "all, without-abandoned, initial-list, without-not-assessable."),
    "opt-rounding": ("half-up, half-even, floor, ceiling.", "half-up, half-even, floor, ceiling."),
    "opt-decimals": ("Décimales imprimées (0 à 6).", "Printed decimals (0 to 6)."),
    "opt-territory": ("Nom de la commune.", "The territory's name."),
    "opt-insee": ("Code INSEE.", "INSEE code."),
    "opt-siren": ("Numéro SIREN.", "SIREN number."),
    "opt-timezone": ("Fuseau horaire des jours.", "Time zone of its days."),
    "opt-start": ("Premier jour de la période.", "First day of the period."),
    "opt-end": ("Dernier jour de la période.", "Last day of the period."),
    "opt-axes": ("Axe : clé=intitulé (répétable).", "Axis: key=title (may be repeated)."),
    "opt-themes": ("Thème : axe/clé=intitulé (répétable).", "Theme: axis/key=title (may be repeated)."),
    "opt-initial": ("Jour qui clôt la liste initiale.", "Day that closes the initial list."),
    "opt-amend": ("Changer les termes à partir de ce jour.", "Change the terms from this day on."),
    "opt-by-part": ("Détail par axis, theme, tag ou responsible.", "Break down by axis, theme, tag or responsible."),
    "opt-revisions": ("Les révisions du chiffre de ce jour.", "The revisions of the figure of this day."),
    "opt-as-published": ("Ce qui aurait été publié chaque jour.", "What would have been published each day."),
    "opt-stated": ("… selon les dates déclarées par la source.", "… by the dates that the source states."),
    "opt-from": ("Premier jour.", "First day."),
    "opt-to-day": ("Dernier jour.", "Last day."),
    "opt-known-from": ("Tel que connu, pour le premier jour.", "As known at, for the first day."),
    "opt-after": ("Seulement après cette écriture.", "Only after this entry."),
    "opt-path": ("Le fichier à créer.", "The file to make."),
    # labels
    "cell-proposed": ("proposées", "proposed"),
    "cell-engaged": ("engagées", "engaged"),
    "cell-realised": ("réalisées", "realised"),
    "cell-abandoned": ("abandonnées", "abandoned"),
    "cell-not-assessed": ("non évaluées", "not assessed"),
    "cell-not-assessable": ("non évaluables", "not assessable"),
    "cell-withdrawn": ("retirées", "withdrawn"),
    "cell-merged": ("fusionnées", "merged"),
    "cell-split": ("scindées", "split"),
    "cell-superseded": ("remplacées", "superseded"),
    "cell-absent": ("pas encore inscrites", "not yet on the list"),
    "base-all": ("toutes les actions", "all actions"),
    "base-without-abandoned": ("sans les abandonnées", "without abandoned"),
    "base-initial-list": ("la liste initiale", "the initial list"),
    "base-without-not-assessable": ("sans les non évaluables", "without not assessable"),
    "rounding-half-up": ("arrondi au plus proche, la moitié vers le haut", "rounded half-up"),
    "rounding-half-even": ("arrondi au plus proche, la moitié au pair", "rounded half-even"),
    "rounding-floor": ("arrondi vers le bas", "rounded down"),
    "rounding-ceiling": ("arrondi vers le haut", "rounded up"),
    "verdict-agrees": ("concorde", "agrees"),
    "verdict-possible": ("possible", "possible"),
    "verdict-contradicted": ("contredit", "contradicted"),
    "and": (" ou ", " or "),
    "on": ("au {on}", "on {on}"),
    "certain": ("certaines", "certain"),
    "possible": ("possibles", "possible"),
    "from-day": ("à partir du", "from"),
    "low": ("au moins", "at least"),
    "high": ("au plus", "at most"),
    "realised-alone": ("réalisées seules", "realised alone"),
    "figure": ("chiffre", "figure"),
    "policy": ("règle : {counted}, de {base}, {rounding}, {decimals} décimale(s)",
               "policy: {counted}, of {base}, {rounding}, {decimals} decimal(s)"),
    "known-recorded": ("connu jusqu'à l'écriture {index}", "known up to entry {index}"),
    "known-stated": ("connu au {instant} selon la source (dates déclarées)",
                     "known at {instant} on the source's word (stated dates)"),
    "may-be-empty": ("Il est possible qu'aucune action ne soit encore inscrite : le taux n'est alors pas défini.",
                     "Possibly no action is on the list yet: the rate is then undefined."),
    "undefined": ("non défini", "undefined"),
    "between": ("entre {low} et {high}", "between {low} and {high}"),
    "recorded": ("Enregistré : {subject}, écriture #{version} ({name}), n° {index} du registre.",
                 "Recorded: {subject}, entry #{version} ({name}), no. {index} of the ledger."),
    "made": ("Registre créé : {path}", "Ledger made: {path}"),
    "next-plan": ("Ensuite : bilan plan CLÉ --title … --territory … --start … --end …",
                  "Next: bilan plan KEY --title … --territory … --start … --end …"),
    "counts-consistent": ("comptes compatibles", "consistent counts"),
    "nearest": ("les plus proches", "nearest"),
    "no-figure": ("Aucun chiffre publié n'est enregistré.", "No published figure is recorded."),
    "published-marks": ("Chiffres publiés", "Published figures"),
    "reconciled": ("{day} : imprimé {printed} ; le registre dit {said} : {verdict}.",
                   "{day}: printed {printed}; the ledger says {said}: {verdict}."),
    "no-whole-count": ("aucun", "none"),
    "entry": ("écriture", "entry"),
    "event": ("événement", "event"),
    "subject": ("objet", "subject"),
    "effective": ("date d'effet", "effective date"),
    "recorded-at": ("enregistrée le (UTC)", "recorded at (UTC)"),
    "recorded-by": ("par", "by"),
    "details": ("détails", "details"),
    "erased": ("(effacé)", "(erased)"),
    "retracted-by": ("retirée par #{version}", "retracted by #{version}"),
    "evidence": ("pièces", "evidence"),
    "title": ("intitulé", "title"),
    "axis": ("axe", "axis"),
    "theme": ("thème", "theme"),
    "tag": ("étiquette", "tag"),
    "responsible": ("responsable", "responsible"),
    "none": ("(aucun)", "(none)"),
    "status": ("statut", "status"),
    "key": ("clé", "key"),
    "period": ("période", "period"),
    "territory": ("territoire", "territory"),
    "axes": ("axes", "axes"),
    "measures": ("Chiffres clés", "Key figures"),
    "indicator": ("indicateur", "indicator"),
    "value": ("valeur", "value"),
    "target": ("cible", "target"),
    "as-of": ("à la date", "as of"),
    "provisional": ("provisoire", "provisional"),
    "status-changes": ("Changements de statut", "Status changes"),
    "base-changes": ("Changements de la base", "Base changes"),
    "part-low": ("part (au moins)", "part (at least)"),
    "part-high": ("part (au plus)", "part (at most)"),
    "entries": ("écritures", "entries"),
    "sum": ("somme", "sum"),
    "points": ("points", "points"),
    "no-move": ("Rien n'a bougé.", "Nothing moved."),
    "reading": ("Lecture du registre", "Reading the ledger"),
    "curve-title": ("{plans} : part {counted}", "{plans}: share {counted}"),
    "curve-legend": ("█ certain   ░ possible", "█ certain   ░ possible"),
    "lineage-to": ("prise en charge par", "carried on by"),
    "lineage-from": ("prend la suite de", "carries on"),
    # events, by the part of their public name after the dot
    "event-proposed": ("proposée", "proposed"),
    "event-engaged": ("engagée", "engaged"),
    "event-realised": ("réalisée", "realised"),
    "event-abandoned": ("abandonnée", "abandoned"),
    "event-reopened": ("rouverte", "reopened"),
    "event-withdrawn": ("retirée du programme", "withdrawn"),
    "event-merged-into": ("fusionnée dans", "merged into"),
    "event-split-into": ("scindée en", "split into"),
    "event-superseded": ("remplacée", "superseded"),
    "event-not-assessable": ("non évaluable", "not assessable"),
    "event-not-assessed": ("non évaluée", "not assessed"),
    "event-restored": ("rétablie", "restored"),
    "event-described": ("décrite", "described"),
    "event-qualified": ("mention", "qualified"),
    "event-evidence-attached": ("pièce jointe", "evidence attached"),
    "event-retracted": ("retrait d'une écriture", "entry retracted"),
    "event-created": ("programme créé", "plan created"),
    "event-amended": ("programme modifié", "plan amended"),
    "event-figure-published": ("chiffre publié", "figure published"),
    # fields of events
    "field-texts": ("textes effacés", "texts erased"),
    "field-assessment": ("avec le statut #", "with status #"),
    "field-title": ("intitulé", "title"),
    "field-axis": ("axe", "axis"),
    "field-theme": ("thème", "theme"),
    "field-tags": ("étiquettes", "tags"),
    "field-responsible": ("responsable", "responsible"),
    "field-qualifier": ("mention", "qualifier"),
    "field-at_least": ("au moins engagée", "at least engaged"),
    "field-reason": ("motif", "reason"),
    "field-note": ("note", "note"),
    "field-to": ("vers", "to"),
    "field-target": ("dans", "into"),
    "field-targets": ("en", "into"),
    "field-by": ("par", "by"),
    "field-entry": ("écriture", "entry"),
    "field-name": ("territoire", "territory"),
    "field-insee": ("INSEE", "INSEE"),
    "field-siren": ("SIREN", "SIREN"),
    "field-timezone": ("fuseau", "time zone"),
    "field-start": ("début", "start"),
    "field-end": ("fin", "end"),
    "field-initial_list_on": ("liste initiale close le", "initial list closed on"),
    "field-axes": ("axes", "axes"),
    "field-counted": ("comptent", "counted"),
    "field-base": ("base", "base"),
    "field-rounding": ("arrondi", "rounding"),
    "field-decimals": ("décimales", "decimals"),
    "field-percentage": ("imprimé", "printed"),
    "field-of": ("sur", "of"),
    "field-published": ("publié", "published"),
    # errors of usage
    "usage-unknown-command": (
        "commande inconnue : {why} Voyez bilan --help.",
        "unknown command: {why} See bilan --help.",
    ),
    "usage-missing": (
        "il manque une valeur : {why} Voyez --help.",
        "a value is missing: {why} See --help.",
    ),
    "usage-option": ("option inconnue : {why} Voyez --help.", "unknown option: {why} See --help."),
    "usage-value": ("valeur illisible : {why} Voyez --help.", "unreadable value: {why} See --help."),
    "usage-other": ("usage incorrect : {why} Voyez --help.", "bad usage: {why} See --help."),
    "which-ledger": (
        "quel registre ? Donnez --ledger FICHIER, ou BILAN_LEDGER, ou créez-en un : bilan init ville.ledger",
        "which ledger? Give --ledger FILE, or BILAN_LEDGER, or make one: bilan init town.ledger",
    ),
    "pair-form": (
        "{field} : « {value} » s'écrit clé=intitulé.",
        '{field}: "{value}" is written key=title.',
    ),
    "scope-kind": (
        "« {value} » n'est pas un changement de périmètre. Choisissez parmi : {allowed}.",
        '"{value}" is not a change of scope. Choose one of: {allowed}.',
    ),
    "one-target": ("nommez une action (--target).", "name one action (--target)."),
    "terms-missing": (
        "donnez --title, --territory, --start et --end.",
        "give --title, --territory, --start and --end.",
    ),
    "not-replaceable": (
        "l'écriture #{entry} n'a pas de date à corriger ; retirez-la sans --replace-on.",
        "entry #{entry} has no date to correct; retract it without --replace-on.",
    ),
    "interrupted": ("interrompu ; ce qui est enregistré reste valable.",
                    "interrupted; what is recorded stays valid."),
    "unexpected": (
        "erreur inattendue ({why}). Rien n'a été enregistré par cette commande ; merci de la signaler.",
        "unexpected error ({why}). Nothing was recorded by this command; please report it.",
    ),
    "cannot-write": ("impossible d'écrire la sortie ({why}).", "cannot write the output ({why})."),
}  # fmt: skip


def language(argv: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return "fr" or "en": what `--lang` says, else what the locale says."""
    for place, word in enumerate(argv):
        if word.startswith("--lang="):
            return "fr" if word == "--lang=fr" else "en"
        if word == "--lang" and place + 1 < len(argv):
            return "fr" if argv[place + 1] == "fr" else "en"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return "fr" if environ[name].startswith("fr") else "en"
    return "en"


LANG = language(sys.argv[1:], os.environ)


def say(code: str, **facts: object) -> str:
    """Return a label or sentence in the language of this process."""
    return WORDS[code][0 if LANG == "fr" else 1].format(**facts)
