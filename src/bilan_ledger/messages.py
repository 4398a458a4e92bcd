"""Every sentence that people read, in French and in English, under a stable code.

Decides: the words. Refuses to know: when they are said.
"""

from collections.abc import Mapping

LANGUAGES = ("fr", "en")

# code: (French, English). Facts stand in braces; a fact that is missing is a programming error.
MESSAGES: dict[str, tuple[str, str]] = {
    # values
    "text-not-text": (
        "{field} : {value} n'est pas un texte.",
        "{field}: {value} is not a text.",
    ),
    "text-too-long": (
        "{field} : {length} caractères, {longest} au plus. Raccourcissez « {value} ».",
        '{field}: {length} characters, at most {longest}. Shorten "{value}".',
    ),
    "text-empty": (
        "{field} : vide. Écrivez un texte.",
        "{field}: empty. Write a text.",
    ),
    "text-control": (
        "{field} : « {value} » contient le caractère de contrôle {char} (position {position}). "
        "Supprimez-le.",
        '{field}: "{value}" contains the control character {char} (position {position}). '
        "Remove it.",
    ),
    "key-form": (
        "{field} : « {value} » n'est pas une clé. Lettres, chiffres et . - _ : sans espace, "
        "en commençant par une lettre ou un chiffre.",
        '{field}: "{value}" is not a key. Letters, digits and . - _ : without spaces, '
        "starting with a letter or a digit.",
    ),
    "key-twice": (
        "{field} : la clé « {value} » est employée deux fois. Chaque clé est unique.",
        '{field}: the key "{value}" is used twice. Each key is unique.',
    ),
    "action-id-form": (
        "{field} : « {value} » ne désigne pas une action. Écrivez programme/action, "
        "par exemple bethune-2020/zoom-01.",
        '{field}: "{value}" does not name an action. Write plan/action, '
        "for example bethune-2020/zoom-01.",
    ),
    "commitment-form": (
        "{field} : {value} n'est pas un engagement SHA-256 (64 chiffres hexadécimaux).",
        "{field}: {value} is not a SHA-256 commitment (64 hexadecimal digits).",
    ),
    "date-form": (
        "{field} : « {value} » n'est pas une date lisible. Écrivez 2023-04-15, 2023-04, 2023 "
        "ou un intervalle 2020-06/2024-03.",
        '{field}: "{value}" is not a date that can be read. Write 2023-04-15, 2023-04, 2023 '
        "or an interval 2020-06/2024-03.",
    ),
    "date-french": (
        "{field} : « {value} » n'est pas au format ISO. Écrivez {better}.",
        '{field}: "{value}" is not in ISO form. Write {better}.',
    ),
    "date-impossible": (
        "{field} : « {value} » : ce jour n'existe pas au calendrier. Vérifiez le jour et le mois.",
        '{field}: "{value}": there is no such day in the calendar. Check day and month.',
    ),
    "date-reversed": (
        "{field} : « {value} » se termine avant de commencer. Inversez les deux dates.",
        '{field}: "{value}" ends before it starts. Exchange the two dates.',
    ),
    "date-not-exact": (
        "{field} : « {value} » n'est pas un jour exact. Écrivez un jour, par exemple 2023-04-15.",
        '{field}: "{value}" is not one exact day. Write a day, for example 2023-04-15.',
    ),
    "instant-form": (
        "{field} : « {value} » n'est pas un instant. Écrivez 2024-01-15T09:12:03.000000Z.",
        '{field}: "{value}" is not an instant. Write 2024-01-15T09:12:03.000000Z.',
    ),
    "choice": (
        "{field} : « {value} » n'est pas admis. Choisissez parmi : {allowed}.",
        '{field}: "{value}" is not allowed. Choose one of: {allowed}.',
    ),
    "decimal-form": (
        "{field} : « {value} » n'est pas un nombre décimal exact. Écrivez par exemple 3.6 "
        "(point décimal, 30 chiffres au plus).",
        '{field}: "{value}" is not an exact decimal number. Write for example 3.6 '
        "(decimal point, at most 30 digits).",
    ),
    "url-form": (
        "{field} : « {value} » n'est pas une adresse http:// ou https://.",
        '{field}: "{value}" is not an http:// or https:// address.',
    ),
    "sha256-form": (
        "{field} : « {value} » n'est pas une empreinte SHA-256 (64 chiffres hexadécimaux "
        "minuscules).",
        '{field}: "{value}" is not a SHA-256 digest (64 lower-case hexadecimal digits).',
    ),
    "media-type-form": (
        "{field} : « {value} » n'est pas un type de média, par exemple application/pdf.",
        '{field}: "{value}" is not a media type, for example application/pdf.',
    ),
    "evidence-form": (
        "{field} : {value} n'est pas une pièce justificative (Evidence).",
        "{field}: {value} is not a piece of evidence (Evidence).",
    ),
    "evidence-none": (
        "{field} : aucune pièce. Nommez-en au moins une.",
        "{field}: none. Name at least one piece.",
    ),
    "split-targets": (
        "{field} : « {value} » : une scission nomme au moins deux actions différentes.",
        '{field}: "{value}": a split names at least two different actions.',
    ),
    "decimals": (
        "{field} : {value} n'est pas un nombre de décimales (0 à {most}).",
        "{field}: {value} is not a number of decimals (0 to {most}).",
    ),
    "counted-empty": (
        "{field} : aucun statut ne compte. Nommez-en au moins un.",
        "{field}: no status counts. Name at least one.",
    ),
    "insee-form": (
        "{field} : « {value} » n'est pas un code INSEE de commune (5 caractères).",
        '{field}: "{value}" is not an INSEE code of a commune (5 characters).',
    ),
    "siren-form": (
        "{field} : « {value} » n'est pas un numéro SIREN (9 chiffres).",
        '{field}: "{value}" is not a SIREN number (9 digits).',
    ),
    "timezone-unknown": (
        "{field} : « {value} » n'est pas un fuseau horaire connu, par exemple Europe/Paris.",
        '{field}: "{value}" is not a known time zone, for example Europe/Paris.',
    ),
    "percentage-range": (
        "{field} : {value} n'est pas un pourcentage de 0 à 100.",
        "{field}: {value} is not a percentage from 0 to 100.",
    ),
    "number-form": (
        "{field} : {value} n'est pas un nombre entier.",
        "{field}: {value} is not a whole number.",
    ),
    "of-form": (
        "{field} : {value} n'est pas un nombre d'actions (1 ou plus).",
        "{field}: {value} is not a number of actions (1 or more).",
    ),
    "known-form": (
        "{field} : « {value} » ne désigne pas un état des connaissances. Écrivez un numéro "
        "d'écriture (412), un jour (2024-01-15) ou un instant (2024-01-15T09:12:03+01:00).",
        "{field}: \"{value}\" does not name a point of knowledge. Write an entry's index (412), "
        "a day (2024-01-15) or an instant (2024-01-15T09:12:03+01:00).",
    ),
    "recorded-by-missing": (
        "{field} : qui enregistre ? Ledger.open(…, recorded_by=…), ou --by en ligne de commande.",
        "{field}: who records this? Ledger.open(…, recorded_by=…), or --by on the command line.",
    ),
    "command-kind": (
        "{field} : {value} ne s'applique pas ici. Une action s'écrit programme/action.",
        "{field}: {value} does not apply here. An action is written plan/action.",
    ),
    # rules
    "action-unknown": (
        "cette action n'est pas au programme. Proposez-la d'abord (propose).",
        "this action is not in the plan. Propose it first (propose).",
    ),
    "action-exists": (
        "cette action est déjà au programme (écriture {entries}). Pour en changer la date, "
        "corrigez cette écriture ; pour le titre, décrivez l'action (describe).",
        "this action is already in the plan (entry {entries}). To change its date, correct that "
        "entry; to change its title, describe the action (describe).",
    ),
    "transition": (
        "impossible {de}{command} : l'action est {status} (écriture {entries}). Corrigez cette "
        "écriture (retract), ou rouvrez l'action (reopen) si elle est réalisée ou abandonnée.",
        "cannot {command}: the action is {status} (entry {entries}). Correct that entry "
        "(retract), or reopen the action (reopen) if it is realised or abandoned.",
    ),
    "scope-transition": (
        "impossible {de}{command} : l'action est {scope} (écriture {entries}). "
        "Rétablissez d'abord l'action (scope restore).",
        "cannot {command}: the action is {scope} (entry {entries}). "
        "Restore the action first (scope restore).",
    ),
    "dates-conflict": (
        "la date {on} contredit l'ordre de l'histoire : voyez l'écriture {entries}. "
        "Changez la date, ou corrigez cette écriture (retract).",
        "the date {on} contradicts the order of the history: see entry {entries}. "
        "Change the date, or correct that entry (retract).",
    ),
    "before-proposal": (
        "la date {on} précède la proposition de l'action (écriture {entries}).",
        "the date {on} is before the action's proposal (entry {entries}).",
    ),
    "history-broken": (
        "sans cette écriture, l'écriture {entries} n'aurait plus de sens. Retirez d'abord "
        "celle-ci, ou remplacez dans la même commande (retract … --on).",
        "without this entry, entry {entries} would make no sense. Retract that one first, "
        "or replace in the same command (retract … --on).",
    ),
    "entry-unknown": (
        "il n'y a pas d'écriture #{entry} ici ; la dernière est #{last}.",
        "there is no entry #{entry} here; the last one is #{last}.",
    ),
    "entry-final": (
        "l'écriture #{entry} ne se retire pas : créez l'écriture qui la remplace.",
        "entry #{entry} cannot be retracted: record the entry that replaces it.",
    ),
    "entry-retracted": (
        "l'écriture #{entry} est déjà retirée (par {entries}).",
        "entry #{entry} is already retracted (by {entries}).",
    ),
    "axis-unknown": (
        "l'axe « {axis} » n'est pas au programme. Axes : {declared}.",
        'the axis "{axis}" is not in the plan. Axes: {declared}.',
    ),
    "theme-unknown": (
        "le thème « {theme} » n'est pas dans cet axe. Thèmes : {declared}.",
        'the theme "{theme}" is not in this axis. Themes: {declared}.',
    ),
    "theme-without-axis": (
        "un thème sans axe : nommez l'axe.",
        "a theme without an axis: name the axis.",
    ),
    "lineage-unknown": (
        "l'action « {target} » n'est pas au programme. Proposez-la d'abord.",
        'the action "{target}" is not in the plan. Propose it first.',
    ),
    "lineage-cycle": (
        "« {target} » mène déjà à « {action} » : une action ne peut se succéder à elle-même.",
        '"{target}" already leads to "{action}": an action cannot succeed itself.',
    ),
    "plan-exists": (
        "ce programme existe déjà. Modifiez-le (plan --amend), ou choisissez une autre clé.",
        "this plan exists already. Amend it (plan --amend), or choose another key.",
    ),
    "plan-unknown": (
        "ce programme n'existe pas dans ce registre. Créez-le (plan).",
        "this plan is not in this ledger. Create it (plan).",
    ),
    "figure-exists": (
        "ce chiffre publié est déjà enregistré pour le {on} (écriture {entries}).",
        "this published figure is already recorded for {on} (entry {entries}).",
    ),
    # looking up
    "no-plan": (
        "le programme « {plan} » n'est pas dans ce registre. Programmes : {plans}.",
        'the plan "{plan}" is not in this ledger. Plans: {plans}.',
    ),
    "no-plan-known": (
        "le programme « {plan} » n'était pas encore enregistré à ce moment-là.",
        'the plan "{plan}" was not yet recorded at that point of knowledge.',
    ),
    "no-action": (
        "l'action « {action} » n'est pas dans ce registre.",
        'the action "{action}" is not in this ledger.',
    ),
    # bytes
    "bytes-not-canonical": (
        "cette écriture n'est pas sous forme canonique : {why}.",
        "this entry is not in canonical form: {why}.",
    ),
    "name-unknown": (
        "l'événement « {name} » est inconnu de cette version : le registre vient d'une version "
        "plus récente. Mettez bilan_ledger à jour.",
        'the event "{name}" is unknown to this version: the ledger was written by a newer one. '
        "Upgrade bilan_ledger.",
    ),
    "row-disagrees": (
        "la ligne {index} de la base ne correspond pas à l'écriture qu'elle contient "
        "({column}) : la base a été modifiée.",
        "row {index} of the database does not agree with the entry in it ({column}): "
        "the database was changed.",
    ),
    "text-disagrees": (
        "un texte conservé ne correspond pas à son engagement {commitment} : il a été changé.",
        "a kept text does not agree with its commitment {commitment}: it was changed.",
    ),
    # proofs
    "public-key-form": (
        "{field} : « {value} » n'est pas une clé publique (nom+identifiant+base64).",
        '{field}: "{value}" is not a public key (name+id+base64).',
    ),
    "public-key-secret": (
        "{field} : c'est une clé secrète ({value}) ; donnez la clé publique (le fichier .pub), et "
        "ne transmettez jamais l'autre.",
        "{field}: this is a secret key ({value}); give the public one (the .pub file), and never "
        "hand out the other.",
    ),
    "private-key-given": (
        "{field} : donnez le fichier de la clé secrète, jamais la clé elle-même ({value}) : elle "
        "reste dans l'historique du terminal. Remplacez cette clé : bilan key new.",
        "{field}: give the file of the secret key, never the key itself ({value}): it stays in the "
        "terminal's history. Replace this key: bilan key new.",
    ),
    "private-key-form": (
        "{field} : ce n'est pas un fichier de clé. Créez-en un : bilan key new.",
        "{field}: this is not a key file. Make one: bilan key new.",
    ),
    "key-name-form": (
        "{field} : « {value} » n'est pas un nom de clé (ni espace, ni signe +, ni caractère "
        "invisible).",
        "{field}: \"{value}\" is not a key's name (no spaces, no plus sign, no invisible "
        "characters).",
    ),
    "checkpoint-form": (
        "ce n'est pas un point de contrôle ({why}).",
        "this is not a checkpoint ({why}).",
    ),
    "signature-wrong": (
        "la signature de {name} ne tient pas : le texte ou la signature a été changé.",
        "the signature of {name} does not hold: the text or the signature was changed.",
    ),
    "signature-unknown": (
        "aucune des clés données n'a signé ce point de contrôle (signé par : {names}).",
        "none of the given keys signed this checkpoint (signed by: {names}).",
    ),
    "signature-not-log": (
        "ce point de contrôle n'est pas signé par la clé du registre {origin} lui-même (signé par : "
        "{names}).",
        "this checkpoint is not signed by the key of the ledger {origin} itself (signed by: "
        "{names}).",
    ),
    "origin-changed": (
        "les points de contrôle de ce registre portent le nom {origin}, pas {name}. Signez avec une "
        "clé de ce nom : bilan key new {origin}",
        "the checkpoints of this ledger bear the name {origin}, not {name}. Sign with a key of that "
        "name: bilan key new {origin}",
    ),
    # ledgers
    "ledger-missing": (
        "le registre {path} n'existe pas. Créez-le : bilan init {path}",
        "the ledger {path} does not exist. Create it: bilan init {path}",
    ),
    "ledger-exists": (
        "{path} existe déjà. Choisissez un autre nom ; rien n'a été changé.",
        "{path} exists already. Choose another name; nothing was changed.",
    ),
    "ledger-folder": (
        "le dossier de {path} n'existe pas ou n'est pas accessible en écriture.",
        "the folder of {path} does not exist or cannot be written to.",
    ),
    "not-a-ledger": (
        "{path} n'est pas un registre bilan_ledger ; rien n'a été changé.",
        "{path} is not a bilan_ledger ledger; nothing was changed.",
    ),
    "ledger-newer": (
        "{path} a le format {found}, plus récent que le format {known} de cette version. "
        "Mettez bilan_ledger à jour ; rien n'a été changé.",
        "{path} has format {found}, newer than format {known} of this version. "
        "Upgrade bilan_ledger; nothing was changed.",
    ),
    "ledger-unsupported": (
        "« {path} » : un registre est un fichier ou une adresse postgresql://.",
        "'{path}': a ledger is a file or a postgresql:// address.",
    ),
    "postgres-missing": (
        "le pilote PostgreSQL n'est pas installé. pip install 'bilan-ledger[postgres]'",
        "the PostgreSQL driver is not installed. pip install 'bilan-ledger[postgres]'",
    ),
    "database-login": (
        "{path} : la base refuse ce nom ou ce mot de passe ({why}).",
        "{path}: the database refuses this name or password ({why}).",
    ),
    "database-away": (
        "{path} : la base ne répond pas ({why}) ; rien n'a été enregistré. Recommencez.",
        "{path}: the database does not answer ({why}); nothing was recorded. Try again.",
    ),
    "database-rights": (
        "{path} : ce rôle n'en a pas le droit ({why}) ; rien n'a été enregistré.",
        "{path}: this role is not allowed to ({why}); nothing was recorded.",
    ),
    "no-backup": (
        "{path} n'est pas un fichier. Une base PostgreSQL se sauvegarde avec pg_dump.",
        "{path} is not a file. A PostgreSQL database is backed up with pg_dump.",
    ),
    "columns-broken": (
        "les colonnes de {path} ne peuvent être lues ({why}). Écrivez-les de nouveau :"
        " bilan export-columns.",
        "the columns in {path} cannot be read ({why}). Write them again: bilan export-columns.",
    ),
    "columns-stopped": (
        "l'écriture des colonnes s'est arrêtée (sortie {exit}) ; rien n'a été écrit. Voyez l'erreur"
        " affichée par le processus, et recommencez.",
        "writing the columns stopped (exit status {exit}); nothing was written. See the error that the"
        " process showed, and try again.",
    ),
    "no-columns": (
        "{path} ne contient pas les colonnes d'un registre. Écrivez-les d'abord :"
        " bilan export-columns.",
        "{path} holds no columns of a ledger. Write them first: bilan export-columns.",
    ),
    "no-tables": (
        "un registre en mémoire n'a pas de tables SQL. Ouvrez un fichier ou une base.",
        "a ledger in memory has no SQL tables. Open a file or a database.",
    ),
    "read-only": (
        "le registre est ouvert en lecture seule ; rien n'a été enregistré.",
        "the ledger is open read-only; nothing was recorded.",
    ),
    "disk-full": (
        "le disque est plein ; rien n'a été enregistré. Libérez de la place et recommencez.",
        "the disk is full; nothing was recorded. Free some space and try again.",
    ),
    "ledger-busy": (
        "le registre est occupé par un autre programme ; rien n'a été enregistré. Recommencez.",
        "the ledger is in use by another program; nothing was recorded. Try again.",
    ),
    "ledger-broken": (
        "le registre ne peut être lu ou écrit ({why}) ; rien n'a été enregistré. "
        "Restaurez une sauvegarde si cela persiste.",
        "the ledger cannot be read or written ({why}); nothing was recorded. "
        "Restore a backup if this persists.",
    ),
    "ledger-closed": (
        "ce registre est fermé. Rouvrez-le.",
        "this ledger is closed. Open it again.",
    ),
    "concurrent-write": (
        "d'autres programmes ont écrit en même temps ({tries} essais) ; rien n'a été enregistré. "
        "Recommencez.",
        "other programs wrote at the same time ({tries} tries); nothing was recorded. Try again.",
    ),
    # --- proofs and erasure
    "erase-nothing": (
        "{field} : aucun texte à effacer n'est désigné.",
        "{field}: no text to erase is named.",
    ),
    "no-entry": (
        "il n'y a pas d'écriture {entry} dans le registre. « bilan log » les numérote.",
        'there is no entry {entry} in the ledger. "bilan log" numbers them.',
    ),
    "nothing-to-erase": (
        "l'écriture {entry} n'a pas (ou plus) de texte de ce nom à effacer.",
        "entry {entry} has no text of that name left to erase.",
    ),
    "scrub-busy": (
        "les textes sont effacés et l'effacement est enregistré, mais d'autres programmes tiennent "
        "le registre ouvert et ses fichiers peuvent encore les contenir. Fermez-les, puis "
        "« bilan erase --finish ».",
        "the texts are erased and the erasure is recorded, but other programs hold the ledger "
        'open and its files may still contain them. Close them, then "bilan erase --finish".',
    ),
    "bundle-part": (
        "{field} : ce dossier ne contient qu'une partie des écritures, il ne se confronte pas à un autre point de contrôle ({value}). Demandez le dossier complet.",
        "{field}: this bundle holds only part of the entries, it cannot be held against another checkpoint ({value}). Ask for the whole one.",
    ),
    "tree-size": (
        "{field} : {value} n'est pas dans un journal de {have} écritures.",
        "{field}: {value} is not within a log of {have} entries.",
    ),
    "checkpoint-other-log": (
        "les {size} premières écritures de ce registre ne sont pas celles de ce point de contrôle : "
        "c'est un autre registre, ou l'historique a été réécrit.",
        "the first {size} entries of this ledger are not those of this checkpoint: it is another "
        "ledger, or history was rewritten.",
    ),
    "file-exists": (
        "{path} existe déjà. Choisissez un autre nom.",
        "{path} is already there. Choose another name.",
    ),
    "cannot-write": (
        "{path} ne peut pas être écrit : {why}.",
        "{path} cannot be written: {why}.",
    ),
    "no-file": (
        "le fichier {path} n'existe pas.",
        "there is no file {path}.",
    ),
    "no-captured-file": (
        "aucun fichier de SHA-256 {sha256} dans {path}. « bilan evidence list » montre ce qui y est.",
        'no file of SHA-256 {sha256} in {path}. "bilan evidence list" shows what is there.',
    ),
    "captured-file-changed": (
        "{field} : le fichier conservé sous {value} a été modifié. Reprenez-le d'une sauvegarde.",
        "{field}: the file kept as {value} was changed. Take it from a backup.",
    ),
    "checkpoint-fork": (
        "un autre point de contrôle de {size} écritures est déjà signé et conservé dans {path} : "
        "l'historique a été réécrit entre les deux. Gardez les deux et lancez « bilan audit ».",
        "another checkpoint of {size} entries is already signed and kept in {path}: history was "
        'rewritten between the two. Keep both and run "bilan audit".',
    ),
    "bundle-form": (
        "ce n'est pas un dossier de preuve intact ({why}). Demandez l'original.",
        "this is no intact proof bundle ({why}). Ask for the original one.",
    ),
    "no-figure-entry": (
        "l'écriture {entry} n'est pas un chiffre publié. « bilan reconcile » montre ceux qui le sont.",
        'entry {entry} is no published figure. "bilan reconcile" shows those that are.',
    ),
    "timestamp-wrong": (
        "l'horodatage ne tient pas : {why}.",
        "the timestamp does not hold: {why}.",
    ),
    "no-checkpoint": (
        "aucun point de contrôle de {size} écritures n'est conservé. « bilan checkpoint » les montre.",
        'no checkpoint of {size} entries is kept. "bilan checkpoint" shows them.',
    ),
    "no-checkpoint-yet": (
        "aucun point de contrôle ne couvre l'écriture {entry}. Signez-en un : "
        "bilan checkpoint --key FICHIER",
        "no checkpoint covers entry {entry}. Sign one: bilan checkpoint --key FILE",
    ),
    "checkpoint-older": (
        "ce point de contrôle ({size} écritures) est plus ancien que le dernier vu ({seen}).",
        "this checkpoint ({size} entries) is older than the last one seen ({seen}).",
    ),
    "no-figure": (
        "« {figure} » ne désigne aucun chiffre publié. Donnez un programme, programme#version ou un "
        "numéro d'écriture ; « bilan reconcile » montre les chiffres.",
        '"{figure}" names no published figure. Give a plan, plan#version or an entry\'s index; '
        '"bilan reconcile" shows the figures.',
    ),
    "log-not-intact": (
        "{path} n'est pas un registre intact : {count} erreurs, la première : {why}. Rien n'a été "
        "enregistré. « bilan audit {path} » les donne toutes.",
        "{path} is no intact log: {count} errors, the first: {why}. Nothing was recorded. "
        '"bilan audit {path}" gives them all.',
    ),
    "not-the-same-log": (
        "le registre n'est pas vide et ne contient pas le début de {path}. Importez dans un "
        "registre vide (bilan init).",
        "the ledger is not empty and does not hold the beginning of {path}. Import into an empty "
        "one (bilan init).",
    ),
    "texts-line": (
        "{field} : la ligne {value} n'est pas un texte scellé tel qu'il est exporté.",
        "{field}: the line {value} is no sealed text as it is exported.",
    ),
    "siren-check": (
        "{field} : {value} n'est pas un SIREN (clé de contrôle) ; corrigez les termes de {plan} : "
        "bilan plan {plan} --amend JOUR --siren …",
        "{field}: {value} is no SIREN (check digit); correct the terms of {plan}: "
        "bilan plan {plan} --amend DAY --siren …",
    ),
    "decidim-table": (
        "{field} : table de correspondance incomplète ou illisible ({value}). Voyez "
        "docs/fr/how-to/decidim-export.md.",
        "{field}: the correspondence table is incomplete or cannot be read ({value}). See "
        "docs/en/how-to/decidim-export.md.",
    ),
    # mapped imports
    "import-unfilled": (
        "{field} : « {value} » est à remplacer.",
        '{field}: "{value}" is to be replaced.',
    ),
    "import-refused": (
        "import refusé, problèmes : {count} ; rien n'a été enregistré.",
        "import refused, problems: {count}; nothing was recorded.",
    ),
    "import-file": (
        "{field} : le fichier {value} ne peut être lu ({why}).",
        "{field}: the file {value} cannot be read ({why}).",
    ),
    "import-encoding": (
        "{field} : le texte n'est pas en {value}. Nommez son encodage ([source] encoding).",
        "{field}: the text is not in {value}. Name its encoding ([source] encoding).",
    ),
    "import-csv": (
        "{field} : ce n'est pas du CSV lisible ({why}). Vérifiez les guillemets.{value}",
        "{field}: this is not CSV that can be read ({why}). Check the quotes.{value}",
    ),
    "import-xlsx": (
        "{field} : {value} n'est pas un classeur XLSX lisible ({why}). Enregistrez-le de nouveau.",
        "{field}: {value} is not an XLSX workbook that can be read ({why}). Save it again.",
    ),
    "xlsx-missing": (
        "{field} : le lecteur XLSX n'est pas installé pour {value}. "
        "pip install 'bilan-ledger[xlsx]'",
        "{field}: the XLSX reader is not installed for {value}. pip install 'bilan-ledger[xlsx]'",
    ),
    "import-sheet": (
        "{field} : pas de feuille « {value} ». Feuilles : {allowed}.",
        '{field}: no sheet "{value}". Sheets: {allowed}.',
    ),
    "import-empty": (
        "{field} : pas d'en-tête{value}. Nommez sa ligne ([source] header_row).",
        "{field}: no header{value}. Name its row ([source] header_row).",
    ),
    "import-row-width": (
        "{field} : {value} cellules pour {columns} colonnes. Complétez la ligne.",
        "{field}: {value} cells for {columns} columns. Complete the row.",
    ),
    "import-column-unknown": (
        "{field} : pas de colonne « {value} ». Colonnes : {allowed}.",
        '{field}: no column "{value}". Columns: {allowed}.',
    ),
    "import-column-twice": (
        "{field} : la colonne « {value} » existe plusieurs fois. Renommez-en une.",
        '{field}: there are several columns "{value}". Rename one.',
    ),
    "import-mapping-syntax": (
        "{field} : ce n'est pas du TOML lisible ({why}).{value}",
        "{field}: this is not TOML that can be read ({why}).{value}",
    ),
    "import-mapping-key": (
        "{field} : la clé « {value} » n'existe pas. Clés : {allowed}.",
        '{field}: there is no key "{value}". Keys: {allowed}.',
    ),
    "import-mapping-missing": (
        "{field} : manque dans la correspondance.{value}",
        "{field}: missing in the mapping.{value}",
    ),
    "import-mapping-type": (
        "{field} : « {value} » n'est pas de la forme attendue : {expected}.",
        '{field}: "{value}" is not of the form expected: {expected}.',
    ),
    "import-word-meaning": (
        "{field} : « {value} » n'est pas un sens. Choisissez parmi : {allowed}.",
        '{field}: "{value}" is not a meaning. Choose one of: {allowed}.',
    ),
    "import-word-twice": (
        "{field} : « {value} » est déclaré deux fois, avec deux sens.",
        '{field}: "{value}" is declared twice, with two meanings.',
    ),
    "import-word": (
        "{field} : le mot « {value} » n'est pas dans [status]. Déclarez-le.",
        '{field}: the word "{value}" is not in [status]. Declare it.',
    ),
    "import-progress": (
        "{field} : l'avancement « {value} » n'est pas dans [progress]. Déclarez-le.",
        '{field}: the progress "{value}" is not in [progress]. Declare it.',
    ),
    "import-key-twice": (
        "{field} : « {value} » est déjà à la ligne {other}. Une action, une ligne.",
        '{field}: "{value}" is already at {other}. One action, one row.',
    ),
    "import-key-collision": (
        "{field} : « {value} » aurait la clé {key}, déjà prise. Déclarez les axes ([[plan.axes]]).",
        '{field}: "{value}" would have the key {key}, which is taken. '
        "Declare the axes ([[plan.axes]]).",
    ),
    "import-axis": (
        "{field} : « {value} » n'est pas au programme. Déclarés : {allowed}.",
        '{field}: "{value}" is not in the plan. Declared: {allowed}.',
    ),
    "import-title": (
        "{field} : cette action est nouvelle et n'a pas d'intitulé.{value}",
        "{field}: this action is new and has no title.{value}",
    ),
    "import-reason": (
        "{field} : il faut un motif.{value} Donnez une colonne reason, ou [fixed] reason.",
        "{field}: a reason is needed.{value} Give a column reason, or [fixed] reason.",
    ),
    "import-date": (
        "{field} : « {value} » n'est dans aucun des formats déclarés : {allowed}.",
        '{field}: "{value}" is in none of the declared formats: {allowed}.',
    ),
    "import-date-format": (
        "{field} : « {value} » n'est pas un format : iso, ou %Y avec %m ou %B, et %d %H %M %S %z.",
        '{field}: "{value}" is not a format: iso, or %Y with %m or %B, and %d %H %M %S %z.',
    ),
    "import-date-outside": (
        "{field} : {value} n'est pas entre {earliest} et {latest}. Corrigez, ou acceptez "
        '([dates] outside = "accept").',
        "{field}: {value} is not between {earliest} and {latest}. Correct it, or accept it "
        '([dates] outside = "accept").',
    ),
    "import-date-after": (
        "{field} : {value} est après le {day}, où la source le dit. Corrigez, ou acceptez "
        '([dates] outside = "accept").',
        "{field}: {value} is after {day}, when the source says so. Correct it, or accept it "
        '([dates] outside = "accept").',
    ),
    "import-undated": (
        "{field} : pas de date d'effet.{value} Donnez-la, ou une date déclarée (stated_at).",
        "{field}: no effective date.{value} Give it, or a stated date (stated_at).",
    ),
    "import-reversed": (
        "{field} : « {value} » revient en arrière, l'action était {now}. Dites ce que cela "
        "veut dire ([reversals] how).",
        '{field}: "{value}" goes back, the action was {now}. Say what that means ([reversals] how).',
    ),
    "import-vanished": (
        "{field} : « {value} » ne nomme plus {gone} actions sur {before} (au plus {most} %). "
        "Liste incomplète ? Écartez-la ([versions] skip), ou --accept-vanished.",
        '{field}: "{value}" no longer names {gone} of {before} actions (at most {most} %). '
        "An incomplete list? Leave it out ([versions] skip), or --accept-vanished.",
    ),
    "import-plan-unknown": (
        "{field} : le programme « {value} » n'est pas dans ce registre, et la correspondance ne "
        "dit ni title, territory, start ni end.",
        '{field}: the plan "{value}" is not in this ledger, and the mapping says no title, '
        "territory, start and end.",
    ),
    "import-version-dates": (
        "{field} : la version « {value} » a plusieurs dates de publication : {dates}.",
        '{field}: the version "{value}" has several dates of publication: {dates}.',
    ),
    "import-version-undated": (
        "{field} : quand la version « {value} » a-t-elle été publiée ? Une colonne stated_at, "
        "[versions.files], ou un jour (2024-01-15) dans le nom du fichier.",
        '{field}: when was the version "{value}" published? A column stated_at, '
        "[versions.files], or a day (2024-01-15) in the file's name.",
    ),
    "import-version-order": (
        "{field} : la version « {value} » n'est pas postérieure à « {before} ». Corrigez l'ordre "
        "ou les dates, ou [versions] sort = true.",
        '{field}: the version "{value}" is not later than "{before}". Correct the order or the '
        "dates, or [versions] sort = true.",
    ),
    # what an import reports
    "import-already": (
        "déjà importé dans {plan} : {value}. Rien à enregistrer.",
        "already imported into {plan}: {value}. Nothing to record.",
    ),
    "import-gone": (
        "{value} : ne sont plus dans la liste : {count} ({keys}).",
        "{value}: no longer in the list: {count} ({keys}).",
    ),
    "import-gone-unsure": (
        "{value} : une ligne illisible ; aucune action n'est retirée du programme.",
        "{value}: a row cannot be read; no action is withdrawn.",
    ),
    "import-renamed": (
        "{value} : disparue, et {other} apparue sous le même intitulé « {title} ». Renommée ?",
        '{value}: gone, and {other} new under the same title "{title}". Renamed?',
    ),
    "import-version-skipped": (
        "{value} : version écartée par la correspondance ({count} lignes).",
        "{value}: version left out by the mapping ({count} rows).",
    ),
    "import-version-passed": (
        "{value} : version écartée, elle ne nomme plus {gone} actions sur {before} "
        "(au plus {most} %).",
        "{value}: version left out, it no longer names {gone} of {before} actions "
        "(at most {most} %).",
    ),
    "import-row-twice": (
        "la même ligne que {other}, comptée une fois.",
        "the same row as {other}, counted once.",
    ),
    "import-long-before": (
        "date d'effet {value}, plus d'un an avant que la source le dise ({day}). À vérifier.",
        "effective date {value}, more than a year before the source says so ({day}). Check it.",
    ),
}  # fmt: skip


# Words of the domain that may stand in a fact.
VOCABULARY: dict[str, tuple[str, str]] = {
    "proposed": ("proposée", "proposed"),
    "engaged": ("engagée", "engaged"),
    "realised": ("réalisée", "realised"),
    "abandoned": ("abandonnée", "abandoned"),
    "in-plan": ("au programme", "in the plan"),
    "not-assessed": ("non évaluée", "not assessed"),
    "not-assessable": ("non évaluable", "not assessable"),
    "withdrawn": ("retirée", "withdrawn"),
    "merged": ("fusionnée", "merged"),
    "split": ("scindée", "split"),
    "superseded": ("remplacée", "superseded"),
    "Propose": ("proposer", "propose"),
    "Engage": ("engager", "engage"),
    "Realise": ("réaliser", "realise"),
    "Abandon": ("abandonner", "abandon"),
    "Reopen": ("rouvrir", "reopen"),
    "Withdraw": ("retirer du programme", "withdraw"),
    "Merge": ("fusionner", "merge"),
    "Split": ("scinder", "split"),
    "Supersede": ("remplacer", "supersede"),
    "MarkNotAssessable": ("déclarer non évaluable", "mark as not assessable"),
    "MarkNotAssessed": ("déclarer non évaluée", "mark as not assessed"),
    "Restore": ("rétablir", "restore"),
}


def word(code: str, lang: str) -> str:
    """Return a word of the domain in a language ("fr", else English)."""
    french, english = VOCABULARY[code]
    return french if lang == "fr" else english


def render(code: str, lang: str, facts: Mapping[str, object]) -> str:
    """Return the sentence of a code in a language ("fr", else English), its facts filled in."""
    french, english = MESSAGES[code]
    spoken = {name: _spoken(name, value, lang) for name, value in facts.items()}
    spoken["de"] = "d'" if str(spoken.get("command", "x"))[0] in "aeéiou" else "de "
    return (french if lang == "fr" else english).format_map(spoken)


def _spoken(name: str, value: object, lang: str) -> object:
    if name not in {"status", "scope", "command"}:
        return value
    return " / ".join(word(part, lang) for part in str(value).split(" / "))
